#include "layout.h"

bool volumectl_layout_cpp(OVERLAPPED& overlapped) { return HasOverlappedIoCompleted(&overlapped) && overlapped.hEvent == nullptr; }
