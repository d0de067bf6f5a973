using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kestra.Expressions.Dates;

/// <summary>Names, patterns and week rules of a language and region; from the files that <c>eng/locale-data.py</c> writes.</summary>
internal sealed partial class LocaleData
{
    private const int Kept = 200;

    private static readonly Lazy<FrozenDictionary<string, string[]>> Names = new(() => Lines("locales.txt").ToFrozenDictionary(static fields => fields[0], static fields => fields[1..], StringComparer.Ordinal));
    private static readonly Lazy<FrozenDictionary<string, (int First, int Days)>> Weeks = new(ReadWeeks);
    private static readonly Lazy<FrozenDictionary<string, string[]>> Zones = new(ReadZones);
    private static readonly RecentlyUsed<string, LocaleData> Known = new(Kept, StringComparer.Ordinal);

    private readonly string[][] fields;

    private LocaleData(string language, string region)
    {
        IsEnglish = language == "en";
        fields = [.. new[] { $"{language}_{region}", language, "" }.Where(Names.Value.ContainsKey).Select(name => Names.Value[name])];
        // Without a region weeks begin on Sunday, whatever the language is.
        (FirstDayOfWeek, MinimalDays) = region.Length == 0 ? (1, 1) : Weeks.Value.GetValueOrDefault(region, Weeks.Value["*"]);
    }

    public static LocaleData Default { get; } = Of("en_US");

    public bool IsEnglish { get; }

    /// <summary>Sunday is 1.</summary>
    public int FirstDayOfWeek { get; }

    /// <summary>Days that a first week has at least.</summary>
    public int MinimalDays { get; }

    /// <exception cref="ConversionException">Not the form of a locale.</exception>
    public static LocaleData Of(string name)
    {
        if (Known.TryGetValue(name, out var known))
        {
            return known;
        }

        var match = Form().Match(name);
        if (!match.Success)
        {
            throw new ConversionException($"Invalid locale format: {name}");
        }

        return Known.GetOrAdd(name, new LocaleData(match.Groups["language"].Value, match.Groups["region"].Value));
    }

    /// <param name="month">1 to 12.</param>
    public string Month(int month, TextWidth width, bool standalone) => Field((standalone ? 3 : 0) + (int)width)[month - 1];

    /// <param name="day">Monday is 1.</param>
    public string DayOfWeek(int day, TextWidth width, bool standalone) => Field((standalone ? 9 : 6) + (int)width)[day % 7];

    public string HalfDay(bool isAfternoon) => Field(12)[isAfternoon ? 1 : 0];

    public string Era(bool isCommon, TextWidth width) => width switch
    {
        TextWidth.Full => Field(14)[isCommon ? 1 : 0],
        TextWidth.Narrow => Field(13)[isCommon ? 1 : 0][..1],
        _ => Field(13)[isCommon ? 1 : 0],
    };

    public string Quarter(int quarter, TextWidth width) => Field(width == TextWidth.Full ? 15 : 16)[quarter - 1];

    /// <param name="style">0 full, 1 long, 2 medium, 3 short.</param>
    public string Pattern(int style) => Field(17 + style)[0];

    /// <returns>Standard, summer and general name in English; null for a zone that has none.</returns>
    public static string[]? ZoneNames(string id) => Zones.Value.GetValueOrDefault(id);

    private string[] Field(int index) => Array.Find(fields, locale => locale[index].Length > 0)![index].Split('|');

    private static FrozenDictionary<string, (int First, int Days)> ReadWeeks() =>
        Lines("weeks.txt").SelectMany(static line => line[2].Split(' ').Select(region => (region, (Number(line[0]), Number(line[1]))))).ToFrozenDictionary(static pair => pair.region, static pair => pair.Item2, StringComparer.Ordinal);

    private static FrozenDictionary<string, string[]> ReadZones() =>
        Lines("zones.txt").SelectMany(static line => line[1].Split(' ').Select(id => (id, line[0].Split('|')))).ToFrozenDictionary(static pair => pair.id, static pair => pair.Item2, StringComparer.Ordinal);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static List<string[]> Lines(string name)
    {
        using var stream = typeof(LocaleData).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        var lines = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line.Split('\t'));
        }

        return lines;
    }

    [GeneratedRegex(@"^(?<language>[a-z]{2,3})?(?:[_-](?<region>[A-Z]{2}|[0-9]{3})?(?:[_-].+)?)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}

/// <summary>How long a name is.</summary>
internal enum TextWidth
{
    Full = 0,
    Short = 1,
    Narrow = 2,
}
