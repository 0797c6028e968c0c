#include "skymatte/card.hpp"

#include <nlohmann/json.hpp>

#include "skymatte/error.hpp"

namespace skymatte {
namespace {

using nlohmann::json;

Encoding encoding_named(const std::string& name) {
    if (name == "log") return Encoding::log;
    if (name == "ldr") return Encoding::ldr;
    throw Error("model card: encoding '" + name + "' is not known to this program, only 'log' and 'ldr' are; " +
                "use the Python program for this model");
}

int pixels(const json& card, const char* field, int missing = 0) {
    if (!card.contains(field) && missing > 0) return missing;
    const json& value = card.at(field);
    if (!value.is_number_integer() || value.get<int>() < 1)
        throw Error(std::string("model card: '") + field + "' must be a positive whole number of pixels");
    return value.get<int>();
}

}  // namespace

Card Card::from_json(const std::string& text) {
    const json values = json::parse(text, nullptr, false);
    if (!values.is_object()) throw Error("model card is no JSON object");
    try {
        Card card;
        card.name = values.at("name").get<std::string>();
        card.version = values.at("version").get<std::string>();
        card.encoding = encoding_named(values.at("encoding").get<std::string>());
        card.multiple = pixels(values, "multiple", card.multiple);
        card.coarse_side = pixels(values, "coarse_side");
        card.threshold = values.value("threshold", card.threshold);
        card.prior = values.value("prior", card.prior);
        if (!(card.threshold > 0 && card.threshold < 1))
            throw Error("model card: 'threshold' must lie between 0 and 1");
        return card;
    } catch (const json::exception& error) {
        throw Error(std::string("model card: ") + error.what());
    }
}

}  // namespace skymatte
