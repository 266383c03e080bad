#include "cli/rsm/report/report.hpp"

#include <algorithm>

#include "cli/print/pdf.hpp"
#include "cli/rsm/text/table.hpp"
#include "cli/rsm/view/csv.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

// The page, A4 across, in millimetres.
constexpr double page_width = 297, page_height = 210, margin = 12, title_size = 5, text_size = 3, least_size = 1.8, line_factor = 1.5,
                 gap = 3;
constexpr double least_letter = 0.19;  // of the size: how wide the narrowest letter is, nearly
constexpr double head_height = 16, foot_height = 8, rule = 0.2;

// What fits into `width`, with "..." where something was cut off.
std::string fitted(std::string text, double width, double size) {
  text.resize(std::min(text.size(), 4 * static_cast<std::size_t>(width / (least_letter * size)) + 4));  // more cannot fit
  if (print::text_width(text, size) <= width) return text;
  while (!text.empty() && print::text_width(text + "...", size) > width) {
    text.pop_back();
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  }
  return text + "...";
}

struct Layout {
  double size = text_size;
  std::vector<double> widths;
};

// Letters become smaller until all is there, then the widest columns give way.
Layout layout_of(Report const& report) {
  double const room = page_width - 2 * margin;
  Layout layout;
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    double most = print::text_width(report.columns[i].title, 1, print::Face::bold);
    for (auto const& row : report.rows) most = std::max(most, print::text_width(row[i], 1));
    layout.widths.push_back(most);
  }
  double sum = 0;
  for (double const width : layout.widths) sum += width;
  double const gaps = gap * static_cast<double>(report.columns.size() - 1);
  if (sum > 0) layout.size = std::clamp((room - gaps) / sum, least_size, text_size);
  for (double& width : layout.widths) width *= layout.size;
  for (sum *= layout.size; sum + gaps > room + 0.01;) {
    auto const widest = std::ranges::max_element(layout.widths);
    double const less = std::min(sum + gaps - room, *widest * 0.1);
    *widest -= less, sum -= less;
  }
  return layout;
}

class Pages {
 public:
  Pages(Report const& report, std::string const& made)
      : report_(report), layout_(layout_of(report)), made_(made), pdf_(page_width, page_height, report.title) {}

  std::string draw() {
    begin_page();
    for (auto const& row : report_.rows) line(row, print::Face::plain);
    if (y_ + 2 * height() > page_height - margin - foot_height) begin_page();
    y_ += height();
    pdf_.text(margin, y_, text_size, report_.summary, print::Face::bold);
    return pdf_.bytes();
  }

 private:
  double height() const { return layout_.size * line_factor; }

  void begin_page() {
    pdf_.new_page();
    pdf_.text(margin, margin + title_size, title_size, report_.title, print::Face::bold);
    pdf_.text(margin, margin + title_size + text_size * line_factor, text_size, report_.scope);
    pdf_.text(margin, page_height - margin, text_size, made_ + ", page " + std::to_string(pdf_.pages()));
    y_ = margin + head_height;
    std::vector<std::string> titles;
    for (auto const& column : report_.columns) titles.push_back(column.title);
    write(titles, print::Face::bold);
    pdf_.rectangle(margin, y_ + layout_.size * 0.35, page_width - 2 * margin, rule);
  }

  void line(std::vector<std::string> const& cells, print::Face face) {
    if (y_ + height() > page_height - margin - foot_height) begin_page();
    y_ += height();
    write(cells, face);
  }

  void write(std::vector<std::string> const& cells, print::Face face) {
    double x = margin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto const text = fitted(cells[i], layout_.widths[i] + 0.01, layout_.size);
      double const right = report_.columns[i].number ? layout_.widths[i] - print::text_width(text, layout_.size, face) : 0;
      pdf_.text(x + std::max(right, 0.0), y_, layout_.size, text, face);
      x += layout_.widths[i] + gap;
    }
  }

  Report const& report_;
  Layout layout_;
  std::string made_;
  print::Pdf pdf_;
  double y_ = 0;
};

}  // namespace

std::string report_text(Report const& report, Canvas const& canvas) {
  std::vector<Column> columns;
  for (auto const& column : report.columns)
    columns.push_back({column.title, column.number ? Align::right : Align::left, column.least, column.spare, column.lines});
  Table table(std::move(columns), "Nothing.");
  for (auto const& row : report.rows) table.row({row.begin(), row.end()});
  auto const head = plain_text(report.title + (report.scope.empty() ? "" : ", " + report.scope));
  bool const said_below = report.rows.empty() && !report.summary.empty();  // that there is nothing
  return (canvas.header ? paint(canvas, Tone::strong, head) + "\n\n" : std::string()) + (said_below ? "" : table.text(canvas)) +
         (report.summary.empty() ? "" : (said_below ? "" : "\n") + plain_text(report.summary) + "\n");
}

std::string report_csv(Report const& report, bool header) {
  std::string out;
  auto const line = [&](auto const& cells, auto text_of) {
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(text_of(cells[i]));
    out += "\r\n";
  };
  if (header) line(report.columns, [](ReportColumn const& column) { return column.key; });
  for (auto const& row : report.rows) line(row, [](std::string const& text) { return text; });
  return out;
}

std::string report_json(Report const& report) {
  boost::json::array rows;
  for (auto const& row : report.rows) {
    boost::json::object object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      auto const& column = report.columns[i];
      if (!column.number)
        object[column.key] = valid_utf8(row[i]);
      else if (row[i].empty())
        object[column.key] = nullptr;
      else
        object[column.key] = std::stoll(row[i]);
    }
    rows.push_back(std::move(object));
  }
  return pretty_json(boost::json::serialize(rows)) + "\n";
}

std::string report_pdf(Report const& report, std::string const& made) {
  return Pages(report, made).draw();
}

}  // namespace rsm::cli
