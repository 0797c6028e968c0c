"""What is to be seen in each validation picture that may be shown, for people."""

CAPTIONS = {
    "forest_slope_1k": "dense forest; the sky is hundreds of gaps between trunks and needles, many of them mixed below "
    "the pixel, and the label itself is a judgement.",
    "mossy_forest_1k": "wet forest; bright leaves and bright gaps look alike, and less than two hundredths are sky.",
    "blue_grotto_1k": "a gorge with a waterfall; white water and lit leaves under a small, pale sky.",
    "canary_wharf_1k": "glass towers that mirror the clouds behind the camera.",
    "canary_wharf_crop": "the same glass towers, as a photograph.",
    "chinese_garden_1k": "clear sky with the sun in it, trees, curved roofs, and a pond that mirrors it all.",
    "dresden_square_1k": "overcast sky over a wide square, with spires and statues on the roofs.",
    "kloppenheim_05_1k": "clouds and sun over an open field.",
    "outdoor_umbrellas_1k": "a square under hundreds of umbrellas: the white and grey ones are as bright as the sky "
    "behind them, and wires run between.",
    "piazza_san_marco_1k": "sunrise between towers, columns and lamps.",
    "potsdamer_platz_1k": "overcast sky over glass buildings of the same grey.",
    "satara_night_1k": "stars and noise over a camp at night; its lamps make the trees as bright as the sky.",
    "spree_bank_1k": "a river bank with railings, trees and towers under a clear sky; still water.",
    "uhdr_desert_palms": "palms against the low sun, with fronds finer than the label can follow, and far hills in the "
    "haze, all but the colour of the sky.",
    "uhdr_desert_sunset": "clouds at sunset over a beach and its mountain, seen through dark leaves.",
    "uhdr_desert_wanda": "dusk, and hills that fade into it behind a car hung with lamps.",
    "uhdr_night_highrise": "a city at night under grey clouds, its lights up to the horizon.",
    "uhdr_train_station_night": "a station in neon light under clouds at night; the wet ground mirrors it.",
}
