"""Pictures as geometry. `layered` and `bars` compute where things stand, in points, with y growing downwards; `svg` writes that
for pages, and other renderers may write it for paper. The geometry knows no colours, no fonts and no Django."""
