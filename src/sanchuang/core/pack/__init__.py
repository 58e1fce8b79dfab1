"""Reading, checking and loading of a district's folder of data."""
