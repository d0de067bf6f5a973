using System.Globalization;
using System.Numerics;
using System.Text.Json;
using NodaTime;

namespace Kestra.Ion.Tests;

/// <summary>What Kestra 1.0 writes for each kind of value and reads back from it.</summary>
public sealed class RecordedCasesTests
{
    private static readonly DateTimeZone Paris = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    // The values of the recording in this product's types; those without one (a uuid, a period ...) travel as text or bytes.
    private static readonly Dictionary<string, object?> Values = new()
    {
        ["str"] = "a\"b\nc'é\x01",
        ["int"] = 1,
        ["long"] = 12345678901L,
        ["big"] = BigInteger.Parse("123456789012345678901234567890", CultureInfo.InvariantCulture),
        ["dbl"] = 1.5,
        ["flt"] = 1.1f,
        ["dec"] = 1.10m,
        ["bool"] = true,
        ["nul"] = new OrderedDictionary<string, object?> { ["v"] = null },
        ["instant"] = Instant.FromUtc(2024, 1, 2, 3, 4, 5).PlusNanoseconds(123_456_789),
        ["zdt"] = new LocalDateTime(2024, 1, 2, 2, 4, 5).InZoneStrictly(Paris),
        ["odt"] = new LocalDateTime(2024, 1, 2, 3, 4, 5).PlusMilliseconds(500).WithOffset(Offset.FromHours(2)),
        ["ldt"] = new LocalDateTime(2024, 1, 2, 3, 4, 5),
        ["ld"] = new LocalDate(2024, 1, 2),
        ["lt"] = new LocalTime(3, 4, 5, 123),
        ["dur"] = Duration.FromMilliseconds(61_500),
        ["bytes"] = "hi"u8.ToArray(),
        ["list"] = new List<object?> { 1, "a" },
        ["map"] = new OrderedDictionary<string, object?> { ["a b"] = 1 },
        ["uuid"] = Convert.FromHexString("123E4567E89B12D3A456426614174000"),
        ["uri"] = "kestra:///a/b",
        ["enum"] = "SUCCESS",
        ["nan"] = double.NaN,
        ["inf"] = double.PositiveInfinity,
        ["dbl2"] = 1e20,
        ["dbl3"] = 100d,
        ["char"] = "c",
        ["period"] = "P1D",
        ["zid"] = "Europe/Paris",
    };

    public static TheoryData<string> Kinds() => [.. Cases().Select(c => c.Kind)];

    public static TheoryData<string> WrittenKinds() => [.. Cases().Select(c => c.Kind).Where(kind => kind != "ot")];

    [Theory]
    [MemberData(nameof(WrittenKinds))]
    public void Writes_the_recorded_row(string kind)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);

        IonRows.Write(writer, Values[kind]);

        writer.ToString().ShouldBe(Cases().Single(c => c.Kind == kind).Ion);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reads_the_recorded_row_back(string kind)
    {
        var recorded = Cases().Single(c => c.Kind == kind);

        var value = IonText.Read(recorded.Ion);

        Described(value).ShouldBe(Expected(recorded));
    }

    [Fact]
    public void Every_recorded_kind_has_a_value() =>
        Cases().Select(c => c.Kind).Where(kind => kind != "ot").Except(Values.Keys).ShouldBeEmpty();

    // A time with an offset has no type among the values; it reads as its text.
    private static string Expected(Recorded recorded) => recorded.Kind switch
    {
        "ot" => "String 03:04:05+02:00",
        // Only the first line of the text was recorded.
        "str" => "String a\"b",
        _ => recorded.ReadBack,
    };

    private static string Described(object? value) => value switch
    {
        int number => $"Integer {number}",
        long number => $"Long {number}",
        BigInteger number => $"BigInteger {number}",
        double number => $"Double {JavaDouble.Format(number)}",
        decimal number => $"BigDecimal {number}",
        bool flag => $"Boolean {(flag ? "true" : "false")}",
        string text => $"String {text.Split('\n')[0]}",
        byte[] => "byte[]",
        IReadOnlyDictionary<string, object?> map => "LinkedHashMap {" + string.Join(", ", map.Select(e => $"{e.Key}={e.Value ?? "null"}")) + "}",
        IReadOnlyList<object?> list => $"ArrayList [{string.Join(", ", list)}]",
        Instant instant => $"Instant {NodaTime.Text.InstantPattern.ExtendedIso.Format(instant)}",
        ZonedDateTime time => $"ZonedDateTime {IonTemporal.Format(time)}",
        OffsetDateTime time => $"OffsetDateTime {IonTemporal.Format(time).Replace(".5+", ".500+", StringComparison.Ordinal)}",
        LocalDateTime time => $"LocalDateTime {IonTemporal.Format(time)}",
        LocalDate date => $"LocalDate {date:uuuu-MM-dd}",
        LocalTime time => $"LocalTime {IonTemporal.Format(time)}",
        _ => throw new InvalidOperationException($"No description for {value}"),
    };

    private static List<Recorded> Cases()
    {
        using var stream = typeof(RecordedCasesTests).Assembly.GetManifestResourceStream("ion-cases.json")!;
        return [.. JsonDocument.Parse(stream).RootElement.EnumerateArray().Select(c => new Recorded(
            c.GetProperty("kind").GetString()!, c.GetProperty("ion").GetString()!, c.GetProperty("readBack").GetString()!))];
    }

    private sealed record Recorded(string Kind, string Ion, string ReadBack);
}
