"""The operators' two admin sites: the platform's is Django's default one, a business's is this."""

from unfold.sites import UnfoldAdminSite

business_site = UnfoldAdminSite(name="business")
