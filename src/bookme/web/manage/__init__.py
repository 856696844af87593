"""The pages behind a manage link: see, move and cancel a visit, or the series that it is of, and book it again."""
