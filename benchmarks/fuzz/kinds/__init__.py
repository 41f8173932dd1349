"""One module for each reader. Each imports its reader and Hypothesis where they are used: atheris must see the import, and needs no Hypothesis."""
