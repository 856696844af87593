"""A message as it stands on the wire: the right headers, whatever is in a name."""

from email.policy import SMTP

import pytest

from bookme.communications.channels import Outgoing, UndeliverableError
from bookme.communications.channels.email import EmailChannel, MailboxChannel, one_line
from bookme.communications.models import Channel
from tests.communications.conftest import Moody
from tests.letters import Letters, body


def _outgoing(**changes: object) -> Outgoing:
    values = {
        "channel": Channel.EMAIL,
        "tenant": "salon",
        "to": "amelia@mail.example",
        "to_name": "Amelia Hart",
        "from_name": "Salon",
        "reply_name": "Salon",
        "reply_to": "hello@salon.example",
        "subject": "Hello",
        "text": "Hello.\n",
        "message_id": "abc",
    }
    return Outgoing(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["to_name", "from_name", "reply_name", "subject"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_nobody_adds_a_header_through_a_name(letters: Letters, field: str, end: str) -> None:
    EmailChannel().send(_outgoing(**{field: f"Amelia{end}Bcc: evil@mail.example"}))
    (letter,) = letters.all()
    assert letter["Bcc"] is None
    assert letter["Delivered-To"] == "amelia@mail.example"
    assert "Amelia Bcc: evil@mail.example" in " ".join(
        letter[each] for each in ("To", "From", "Reply-To", "Subject")
    ).replace('"', "")


@pytest.mark.parametrize(
    "name", ["Zoë", "佐藤 花子", "أمينة", 'Quote "Q" Quote', "a@b.example", "Smith, John <x>", "é" * 20]
)
def test_any_name_arrives_as_it_was_written(letters: Letters, name: str) -> None:
    EmailChannel().send(_outgoing(to_name=name, from_name=name, subject=name))
    (letter,) = letters.all()
    assert letter["To"].addresses[0].display_name == name
    assert letter["From"].addresses[0].display_name == name
    assert letter["To"].addresses[0].addr_spec == "amelia@mail.example"
    assert letter["Subject"] == name


@pytest.mark.parametrize(
    "subject", ["Réservé : Coupe et brushing, mardi 24 novembre, " * 3, "تم الحجز: قص " * 9, "é" * 90]
)
def test_a_long_subject_begins_with_its_first_word(letters: Letters, subject: str) -> None:
    EmailChannel().send(_outgoing(subject=subject))
    (letter,) = letters.all()
    assert letter["Subject"] == subject.strip()
    assert max(len(line) for line in letter.as_bytes(policy=SMTP).split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    ("address", "delivered"),
    [
        ("a+b@mail.example", "a+b@mail.example"),
        ("user@bücher.example", "user@xn--bcher-kva.example"),
        ('"odd local"@mail.example', '"odd local"@mail.example'),
    ],
)
def test_every_address_that_is_accepted_is_written_to(letters: Letters, address: str, delivered: str) -> None:
    EmailChannel().send(_outgoing(to=address, reply_to=address))
    (letter,) = letters.all()
    assert letter["Delivered-To"] == delivered
    assert letter["X-BookMe-To"] == address


@pytest.mark.parametrize(
    "address", ["u\u017fer@mail.example", "=?utf-8?q?x?=@mail.example", '"=?utf-8?q?x?="@mail.example']
)
@pytest.mark.parametrize("name", ["Amelia", ""])
def test_what_no_mail_can_be_addressed_to_is_refused_for_good(letters: Letters, address: str, name: str) -> None:
    with pytest.raises(UndeliverableError) as refused:
        EmailChannel().send(_outgoing(to=address, to_name=name))
    assert refused.value.is_bounce
    assert letters.all() == []


@pytest.mark.parametrize(
    "answers", ["u\u017fer@mail.example", "=?utf-8?q?x?=@mail.example", '"a\\"b"@mail.example', "a@[::1]"]
)
def test_the_odd_address_of_who_booked_keeps_nothing_from_the_business(letters: Letters, answers: str) -> None:
    EmailChannel().send(_outgoing(to="hello@salon.example", reply_to=answers))
    (letter,) = letters.to("hello@salon.example")
    assert letter["Reply-To"] is None


@pytest.mark.parametrize(
    ("address", "said"),
    [("o'brien+x@mail.example", "o'brien+x@mail.example"), ("a@bücher.example", "a@xn--bcher-kva.example")],
)
def test_one_answers_to_who_booked(letters: Letters, address: str, said: str) -> None:
    EmailChannel().send(_outgoing(to="hello@salon.example", reply_to=address))
    (letter,) = letters.to("hello@salon.example")
    assert letter["Reply-To"].addresses[0].addr_spec == said


def test_the_text_and_the_html_are_one_message(letters: Letters) -> None:
    EmailChannel().send(_outgoing(html="<p>Hello £</p>", text="Hello £\n", calendar=b"BEGIN:VCALENDAR\r\n"))
    (letter,) = letters.all()
    assert (body(letter).strip(), body(letter, "html").strip()) == ("Hello £", "<p>Hello £</p>")
    assert letter["Message-ID"] == "<abc@localhost>"
    assert [part.get_filename() for part in letter.iter_attachments()] == ["booking.ics"]


def test_a_text_message_is_kept_with_its_number(letters: Letters) -> None:
    MailboxChannel().send(_outgoing(channel=Channel.WHATSAPP, to="+212600000000"))
    (letter,) = letters.all()
    assert (letter["X-BookMe-Channel"], letter["X-BookMe-To"]) == ("whatsapp", "+212600000000")


def test_a_refusal_for_good_is_told_from_one_for_now(moody: Moody) -> None:
    for answer in ("to_recipient", "to_message"):
        setattr(moody, answer, "550 No")
        with pytest.raises(UndeliverableError, match="550"):
            EmailChannel().send(_outgoing())
        setattr(moody, answer, "450 Later")
        with pytest.raises(Exception, match="450"):
            EmailChannel().send(_outgoing())
        setattr(moody, answer, "250 OK")
    assert moody.messages() == []


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb\x00\u202ec ") == "a b c"
