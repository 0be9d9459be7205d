// The little that pages are nicer with. Each of them works without it.
"use strict";
