namespace Kestra.Expressions.Dates;

/// <summary>Short English names of zones that the time zone database does not write or that a text may stand for a zone with.</summary>
internal static class ZoneAbbreviations
{
    // The database gives digits to these zones; the host's own names are letters.
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["Argentina Standard Time"] = "ART",
        ["Bangladesh Standard Time"] = "BST",
        ["Bolivia Time"] = "BOT",
        ["Brasilia Standard Time"] = "BRT",
        ["Colombia Standard Time"] = "COT",
        ["Ecuador Time"] = "ECT",
        ["Gulf Standard Time"] = "GST",
        ["Indochina Time"] = "ICT",
        ["Nepal Time"] = "NPT",
        ["Peru Standard Time"] = "PET",
        ["Singapore Standard Time"] = "SGT",
        ["Uruguay Standard Time"] = "UYT",
        ["Uzbekistan Standard Time"] = "UZT",
        ["Venezuela Time"] = "VET",
    };

    private static readonly Dictionary<string, string> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["EST"] = "America/New_York",
        ["EDT"] = "America/New_York",
        ["CST"] = "America/Chicago",
        ["CDT"] = "America/Chicago",
        ["MST"] = "America/Denver",
        ["MDT"] = "America/Denver",
        ["PST"] = "America/Los_Angeles",
        ["PDT"] = "America/Los_Angeles",
        ["BST"] = "Europe/London",
        ["CEST"] = "Europe/Paris",
        ["EEST"] = "Europe/Athens",
        ["MSK"] = "Europe/Moscow",
        ["IST"] = "Asia/Kolkata",
        ["JST"] = "Asia/Tokyo",
    };

    public static string? OfName(string? standardName) => standardName is null ? null : ByName.GetValueOrDefault(standardName);

    /// <summary>The zone that a reader of an American text takes the letters for.</summary>
    public static string? Zone(string abbreviation) => Zones.GetValueOrDefault(abbreviation);
}
