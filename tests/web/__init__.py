"""The browser tests. Node and Chromium look at the pages; Python judges what they report."""
