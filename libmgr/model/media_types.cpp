#include "libmgr/model/media_types.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace rsm {
namespace {

struct Row {
  std::uint32_t code;
  char const* name;
  ReadWrite read_write;
  std::uint32_t device_type;  // 0x02 CD-ROM, 0x07 disk, 0x1F tape, 0x33 DVD
};

constexpr auto rewritable = ReadWrite::rewritable;
constexpr auto once = ReadWrite::write_once;
constexpr auto read_only = ReadWrite::read_only;

constexpr Row table[] = {
    {0x20, "4 mm DAT/DDS", rewritable, 0x1F},      {0x21, "miniQIC", rewritable, 0x1F},
    {0x22, "Travan", rewritable, 0x1F},            {0x23, "QIC", rewritable, 0x1F},
    {0x24, "8 mm metal particle", rewritable, 0x1F}, {0x25, "8 mm AME", rewritable, 0x1F},
    {0x26, "8 mm AIT-1", rewritable, 0x1F},        {0x27, "DLT", rewritable, 0x1F},
    {0x28, "Philips NCTP", rewritable, 0x1F},      {0x29, "IBM 3480", rewritable, 0x1F},
    {0x2A, "IBM 3490E", rewritable, 0x1F},         {0x2B, "IBM 3590", rewritable, 0x1F},
    {0x2C, "IBM Magstar MP", rewritable, 0x1F},    {0x2D, "STK D3", rewritable, 0x1F},
    {0x2E, "Sony DTF", rewritable, 0x1F},          {0x2F, "6 mm digital video", rewritable, 0x1F},
    {0x30, "Exabyte DMI", rewritable, 0x1F},       {0x31, "Sony D2", rewritable, 0x1F},
    {0x32, "Cleaner cartridge", ReadWrite::unknown, 0x1F}, {0x33, "CD-ROM", read_only, 0x02},
    {0x34, "CD-R", once, 0x02},                    {0x35, "CD-RW", rewritable, 0x02},
    {0x36, "DVD-ROM", read_only, 0x33},            {0x37, "DVD-R", once, 0x33},
    {0x38, "DVD-RW", rewritable, 0x33},            {0x39, "MO 3.5\" rewritable", rewritable, 0x07},
    {0x3A, "MO 5.25\" write once", once, 0x07},    {0x3B, "MO 5.25\" rewritable", rewritable, 0x07},
    {0x3C, "MO 5.25\" LIMDOW", rewritable, 0x07},  {0x3D, "Phase change 5.25\" write once", once, 0x07},
    {0x3E, "Phase change 5.25\" rewritable", rewritable, 0x07}, {0x3F, "Phase change dual rewritable", rewritable, 0x07},
    {0x40, "Ablative 5.25\" write once", once, 0x07}, {0x41, "Pinnacle Apex rewritable", rewritable, 0x07},
    {0x42, "Sony 12\" write once", once, 0x07},    {0x43, "Philips/LMS 12\" write once", once, 0x07},
    {0x44, "Hitachi 12\" write once", once, 0x07}, {0x45, "Cygnet/ATG 12\" write once", once, 0x07},
    {0x46, "Kodak 14\" write once", once, 0x07},   {0x47, "Near field recording", rewritable, 0x07},
    {0x48, "Nikon 12\" rewritable", rewritable, 0x07}, {0x49, "Iomega Zip", rewritable, 0x07},
    {0x4A, "Iomega Jaz", rewritable, 0x07},        {0x4B, "Syquest EZ135", rewritable, 0x07},
    {0x4C, "Syquest EzFlyer", rewritable, 0x07},   {0x4D, "Syquest SyJet", rewritable, 0x07},
    {0x4E, "Avatar 2.5\"", rewritable, 0x07},      {0x4F, "8 mm Hitachi", rewritable, 0x1F},
    {0x50, "Ampex DST small", rewritable, 0x1F},   {0x51, "Ampex DST medium", rewritable, 0x1F},
    {0x52, "Ampex DST large", rewritable, 0x1F},   {0x53, "VXA-1", rewritable, 0x1F},
    {0x54, "VXA-2", rewritable, 0x1F},             {0x55, "STK 9840", rewritable, 0x1F},
    {0x56, "LTO Ultrium", rewritable, 0x1F},       {0x57, "LTO Accelis", rewritable, 0x1F},
    {0x58, "DVD-RAM", rewritable, 0x33},           {0x59, "AIT-2 and later", rewritable, 0x1F},
    {0x5A, "OnStream ADR 1", rewritable, 0x1F},    {0x5B, "OnStream ADR 2", rewritable, 0x1F},
    {0x5C, "STK 9940", rewritable, 0x1F},          {0x5D, "SAIT", rewritable, 0x1F},
    {0x1004, "Removable disk", rewritable, 0x07},
};

}  // namespace

std::optional<std::uint32_t> media_type_named(std::string_view name) {
  auto const* row = std::ranges::find(table, name, [](Row const& one) { return std::string_view(one.name); });
  return row == std::end(table) ? std::nullopt : std::optional(row->code);
}

std::vector<std::uint32_t> media_type_codes() {
  std::vector<std::uint32_t> codes;
  for (auto const& row : table) codes.push_back(row.code);
  return codes;
}

// Magneto-optical, phase-change and ablative discs of 5.25", and those of 12" and 14", are turned over.
std::uint32_t media_type_sides(std::uint32_t code) {
  bool const turned = (code >= 0x3A && code <= 0x40) || (code >= 0x42 && code <= 0x46) || code == 0x48;
  return turned ? 2 : 1;
}

std::string media_type_name(std::uint32_t code) {
  auto const* row = std::ranges::find(table, code, &Row::code);
  return row == std::end(table) ? std::string() : row->name;
}

MediaTypeRecord media_type_of_code(MediaTypeId id, std::uint32_t code, std::uint32_t sides) {
  MediaTypeRecord record;
  record.id = id;
  record.code = code;
  record.sides = std::max(sides, 1U);
  auto const* row = std::ranges::find(table, code, &Row::code);
  if (row == std::end(table)) {
    char name[32];
    std::snprintf(name, sizeof name, "Media type 0x%04X", code);
    record.name = code == 0 ? "Unknown type" : name;
    return record;
  }
  record.name = row->name;
  record.read_write = row->read_write;
  record.device_type = row->device_type;
  return record;
}

}  // namespace rsm
