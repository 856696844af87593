"""Checking a `client.config.json`. Pure: bytes or data in, data or every fault at once out."""

from bookme.onboarding.validation.faults import BadConfig, Fault
from bookme.onboarding.validation.meaning import rows_faults, settings_faults
from bookme.onboarding.validation.reading import normalised, read_config
from bookme.onboarding.validation.shape import shape_faults
from bookme.onboarding.validation.warnings import config_warnings

__all__ = ["BadConfig", "Fault", "check_config", "config_warnings", "normalised", "read_config", "shape_faults"]


def check_config(data: object) -> dict[str, object]:
    """The data, if it is a good config; else raises BadConfig with all faults.

    What the data means is looked at as far as its shape allows, so that one run tells everything.
    """
    faults = shape_faults(data)
    if isinstance(data, dict):
        known = {fault.path for fault in faults}
        faults += [each for each in (*settings_faults(data), *rows_faults(data)) if each.path not in known]
    if faults or not isinstance(data, dict):
        raise BadConfig(faults)
    return data
