"""Who watches over privacy in a country, under the name by which it is known there. Pure."""

from typing import NamedTuple


class Authority(NamedTuple):
    name: str
    url: str


AUTHORITIES = {
    "AT": Authority("Datenschutzbehörde", "https://www.dsb.gv.at/"),
    "BE": Authority(
        "Autorité de protection des données – Gegevensbeschermingsautoriteit",
        "https://www.dataprotectionauthority.be/",
    ),
    "BG": Authority("Комисия за защита на личните данни", "https://www.cpdp.bg/"),
    "CH": Authority("EDÖB – PFPDT", "https://www.edoeb.admin.ch/"),
    "CZ": Authority("Úřad pro ochranu osobních údajů", "https://uoou.gov.cz/"),
    "CY": Authority("Commissioner for Personal Data Protection", "https://www.dataprotection.gov.cy/"),
    # Of each Land: the list of all of them.
    "DE": Authority(
        "Datenschutzaufsichtsbehörde des Bundeslandes",
        "https://www.datenschutzkonferenz-online.de/datenschutzaufsichtsbehoerden.html",
    ),
    "DK": Authority("Datatilsynet", "https://www.datatilsynet.dk/"),
    "EE": Authority("Andmekaitse Inspektsioon", "https://www.aki.ee/"),
    "ES": Authority("Agencia Española de Protección de Datos (AEPD)", "https://www.aepd.es/"),
    "FI": Authority("Tietosuojavaltuutetun toimisto", "https://tietosuoja.fi/"),
    "FR": Authority("CNIL", "https://www.cnil.fr/"),
    "GB": Authority("Information Commissioner’s Office (ICO)", "https://ico.org.uk/"),
    "GR": Authority("Αρχή Προστασίας Δεδομένων Προσωπικού Χαρακτήρα", "https://www.dpa.gr/"),
    "HR": Authority("Agencija za zaštitu osobnih podataka", "https://azop.hr/"),
    "HU": Authority("Nemzeti Adatvédelmi és Információszabadság Hatóság", "https://www.naih.hu/"),
    "IE": Authority("Data Protection Commission", "https://www.dataprotection.ie/"),
    "IS": Authority("Persónuvernd", "https://www.personuvernd.is/"),
    "IT": Authority("Garante per la protezione dei dati personali", "https://www.garanteprivacy.it/"),
    "LI": Authority("Datenschutzstelle", "https://www.datenschutzstelle.li/"),
    "LT": Authority("Valstybinė duomenų apsaugos inspekcija", "https://vdai.lrv.lt/"),
    "LU": Authority("CNPD", "https://cnpd.public.lu/"),
    "LV": Authority("Datu valsts inspekcija", "https://www.dvi.gov.lv/"),
    "MA": Authority("CNDP", "https://www.cndp.ma/"),
    "MT": Authority("Information and Data Protection Commissioner", "https://idpc.org.mt/"),
    "NL": Authority("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl/"),
    "NO": Authority("Datatilsynet", "https://www.datatilsynet.no/"),
    "PL": Authority("Urząd Ochrony Danych Osobowych (UODO)", "https://uodo.gov.pl/"),
    "PT": Authority("CNPD", "https://www.cnpd.pt/"),
    "RO": Authority("ANSPDCP", "https://www.dataprotection.ro/"),
    "SE": Authority("Integritetsskyddsmyndigheten", "https://www.imy.se/"),
    "SI": Authority("Informacijski pooblaščenec", "https://www.ip-rs.si/"),
    "SK": Authority("Úrad na ochranu osobných údajov", "https://dataprotection.gov.sk/"),
}
