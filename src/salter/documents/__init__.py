"""Files that people hand in, and the papers that we make.

Owns the rows of stored files and their bytes, which lie outside the database under `SALTER_FILES`, addressed by their
content. It knows nothing about who may read a file: the app that a file belongs to asks its own rules first and then
answers with `services.response`.

Doors: `services`, `selectors`, `types`, `pdf`.
"""
