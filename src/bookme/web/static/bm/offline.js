// The page that stands in for another while there is no network asks for that one again when there is.
addEventListener("online", () => location.reload());
