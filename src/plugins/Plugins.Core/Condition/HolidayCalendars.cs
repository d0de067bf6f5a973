using PublicHoliday;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The calendars of public holidays by ISO 3166 code.</summary>
internal static class HolidayCalendars
{
    private static readonly Dictionary<string, Func<string?, IPublicHolidays>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AT"] = static _ => new AustriaPublicHoliday(),
        ["AU"] = static part => new AustraliaPublicHoliday { State = Part(part, AustraliaPublicHoliday.States.All) },
        ["BE"] = static _ => new BelgiumPublicHoliday(),
        ["BR"] = static _ => new BrazilPublicHoliday(),
        ["CA"] = static part => part is null ? new CanadaPublicHoliday() : new CanadaPublicHoliday { Province = part.ToUpperInvariant() },
        ["CH"] = static part => new SwitzerlandPublicHoliday { Canton = Part(part, SwitzerlandPublicHoliday.Cantons.OnlyOfficial) },
        ["CZ"] = static _ => new CzechRepublicPublicHoliday(),
        ["DE"] = static part => new GermanPublicHoliday { State = Part(part, GermanPublicHoliday.States.ALL) },
        ["DK"] = static _ => new DenmarkPublicHoliday(),
        ["EE"] = static _ => new EstoniaPublicHoliday(),
        ["ES"] = static _ => new SpainPublicHoliday(),
        ["FI"] = static _ => new FinlandPublicHoliday(),
        ["FR"] = static _ => new FrancePublicHoliday(),
        ["GB"] = static _ => new UKBankHoliday(),
        ["GR"] = static _ => new GreecePublicHoliday(),
        ["HR"] = static _ => new CroatiaPublicHoliday(),
        ["HU"] = static _ => new HungaryPublicHoliday(),
        ["IE"] = static _ => new IrelandPublicHoliday(),
        ["IT"] = static _ => new ItalyPublicHoliday(),
        ["JP"] = static _ => new JapanPublicHoliday(),
        ["KZ"] = static _ => new KazakhstanPublicHoliday(),
        ["LT"] = static _ => new LithuaniaPublicHoliday(),
        ["LU"] = static _ => new LuxembourgPublicHoliday(),
        ["LV"] = static _ => new LatviaPublicHoliday(),
        ["ME"] = static _ => new MontenegroPublicHoliday(),
        ["MX"] = static _ => new MexicoPublicHoliday(),
        ["NL"] = static _ => new DutchPublicHoliday(),
        ["NO"] = static _ => new NorwayPublicHoliday(),
        ["NZ"] = static _ => new NewZealandPublicHoliday(),
        ["PL"] = static _ => new PolandPublicHoliday(),
        ["PT"] = static _ => new PortugalPublicHoliday(),
        ["RO"] = static _ => new RomanianPublicHoliday(),
        ["RS"] = static _ => new SerbianPublicHoliday(),
        ["SE"] = static _ => new SwedenPublicHoliday(),
        ["SI"] = static _ => new SloveniaPublicHoliday(),
        ["SK"] = static _ => new SlovakiaPublicHoliday(),
        ["TR"] = static _ => new TurkeyPublicHoliday(),
        ["US"] = static _ => new USAPublicHoliday(),
        ["ZA"] = static _ => new SouthAfricaPublicHoliday(),
    };

    /// <param name="part">Part of the country, where the calendar tells parts apart; null is what holds everywhere.</param>
    /// <exception cref="InvalidOperationException">There is no calendar for the country or its part.</exception>
    public static IPublicHolidays For(string country, string? part) => Known.TryGetValue(country, out var calendar)
        ? calendar(string.IsNullOrWhiteSpace(part) ? null : part.Trim())
        : throw new InvalidOperationException($"There is no calendar of public holidays for the country '{country}'. Known are: {string.Join(", ", Known.Keys)}");

    private static T Part<T>(string? part, T everywhere)
        where T : struct, Enum => part is null ? everywhere
            : Enum.TryParse<T>(part, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known
            : throw new InvalidOperationException($"The calendar knows no part '{part}'. Known are: {string.Join(", ", Enum.GetNames<T>())}");
}
