// SPDX-License-Identifier: BSD-3-Clause
#include "report/well_formed.hpp"

#include <regex>
#include <set>
#include <vector>

namespace pellucid::test {
namespace {

std::string text_fault(const std::string& text) {
  static const std::regex entity("&(amp|lt|gt|quot|#39);");
  const std::string rest = std::regex_replace(text, entity, "");
  return rest.find_first_of("&<") == std::string::npos ? "" : "bare & or <: " + rest.substr(0, 80);
}

std::string attributes_fault(std::string text) {
  static const std::regex attribute("^\\s+([a-zA-Z:-]+)=\"([^\"<]*)\"");
  std::set<std::string> names;
  std::smatch match;
  while (std::regex_search(text, match, attribute)) {
    if (!names.insert(match[1]).second) return "attribute given twice: " + match[1].str();
    if (const std::string fault = text_fault(match[2]); !fault.empty()) return fault;
    text = match.suffix();
  }
  const bool rest = text.find_first_not_of(" \n/") != std::string::npos;
  return rest ? "bad attributes: " + text.substr(0, 80) : "";
}

}  // namespace

std::string xml_fault(std::string_view text) {
  std::vector<std::string> open;
  if (text.starts_with("<!DOCTYPE html>")) text.remove_prefix(15);
  while (!text.empty()) {
    const auto begin = std::min(text.find('<'), text.size());
    if (std::string fault = text_fault(std::string(text.substr(0, begin))); !fault.empty()) {
      return fault;
    }
    text.remove_prefix(begin);
    if (text.empty()) break;
    const auto end = text.find('>');
    if (end == std::string_view::npos) return "tag without an end";
    const std::string tag(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return "unexpected </" + tag.substr(1);
      open.pop_back();
      continue;
    }
    const auto name_end = std::min(tag.find_first_of(" \n/"), tag.size());
    const std::string name = tag.substr(0, name_end);
    // Data inside addresses is long and made of letters that need no escapes.
    const bool has_data = tag.find("=\"data:") != std::string::npos;
    if (!has_data) {
      if (std::string fault = attributes_fault(tag.substr(name_end)); !fault.empty()) return fault;
    }
    if (tag.ends_with('/')) continue;
    open.push_back(name);
    // HTML reads a script as it stands, up to its end.
    if (name == "script") text.remove_prefix(std::min(text.find("</script>"), text.size()));
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

int occurrences(std::string_view text, std::string_view part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace pellucid::test
