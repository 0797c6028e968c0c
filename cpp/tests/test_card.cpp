#include "check.hpp"
#include "skymatte/card.hpp"
#include "skymatte/error.hpp"

using skymatte::Card;
using skymatte::Error;

namespace {

std::string card_with(const std::string& fields) {
    return R"({"name": "bright", "version": "1", "coarse_side": 512, )" + fields + "}";
}

}  // namespace

TEST(a_card_is_read_and_fields_of_newer_ones_are_passed_over) {
    const Card card = Card::from_json(card_with(
        R"("encoding": "ldr", "multiple": 16, "threshold": 0.4, "prior": true, "metrics": {"iou": 1}, "novel": [])"));
    CHECK(card.name == "bright");
    CHECK(card.version == "1");
    CHECK(card.encoding == skymatte::Encoding::ldr);
    CHECK(card.coarse_side == 512);
    CHECK(card.multiple == 16);
    CHECK(card.threshold == 0.4);
    CHECK(card.prior);
}

TEST(what_a_card_may_leave_out_has_the_values_of_the_python_package) {
    const Card card = Card::from_json(card_with(R"("encoding": "log")"));
    CHECK(card.multiple == 32);
    CHECK(card.threshold == 0.5);
    CHECK(!card.prior);
}

TEST(bad_cards_are_refused_with_what_is_wrong) {
    const auto refused = [](const std::string& text, const std::string& part) {
        return check::throws<Error>([&] { Card::from_json(text); }, part);
    };
    CHECK(refused("{", "no JSON object"));
    CHECK(refused("[]", "no JSON object"));
    CHECK(refused(R"({"name": "a", "version": "1"})", "encoding"));
    CHECK(refused(card_with(R"("encoding": "pu21")"), "'pu21' is not known"));
    CHECK(refused(card_with(R"("encoding": "log", "multiple": 0)"), "'multiple'"));
    CHECK(refused(card_with(R"("encoding": "log", "multiple": 1.5)"), "'multiple'"));
    CHECK(refused(card_with(R"("encoding": "log", "threshold": 1)"), "'threshold'"));
    CHECK(refused(card_with(R"("encoding": "log", "prior": 3)"), "boolean"));
}
