"""Print a generated theme without comments and indentation: the browser needs neither."""

import re
import sys
from pathlib import Path

css = Path(sys.argv[1]).read_text(encoding="utf-8")
css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
css = "\n".join(line.strip() for line in css.splitlines() if line.strip())
sys.stdout.write(css + "\n")
