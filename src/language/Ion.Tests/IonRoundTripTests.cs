using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace Kestra.Ion.Tests;

/// <summary>Every value that is written reads back as itself, but for what the format drops on purpose.</summary>
public sealed class IonRoundTripTests
{
    private static readonly Gen<object?> Numbers = Gen.OneOf(
        ArbMap.Default.GeneratorFor<int>().Select(x => (object?)x),
        ArbMap.Default.GeneratorFor<long>().Select(x => (object?)(x is >= int.MinValue and <= int.MaxValue ? (int)x : x)),
        ArbMap.Default.GeneratorFor<long>().Select(x => (object?)(BigInteger.Pow(2, 70) + x)),
        ArbMap.Default.GeneratorFor<double>().Select(x => (object?)x),
        ArbMap.Default.GeneratorFor<decimal>().Select(x => (object?)x));

    private static readonly Gen<object?> Texts = ArbMap.Default.GeneratorFor<string>().Select(x => (object?)(x ?? ""));

    // Instants keep milliseconds, and those at midnight read back as dates.
    private static readonly Gen<object?> Times = Gen.OneOf(
        Gen.Choose(1, 2_000_000_000).Select(x => (object?)Instant.FromUnixTimeMilliseconds((x * 1000L) + 1)),
        Gen.Choose(0, 30_000).Select(x => (object?)new LocalDate(1950, 1, 1).PlusDays(x)),
        Gen.Choose(0, 86_399).Select(x => (object?)LocalTime.Midnight.PlusSeconds(x).PlusNanoseconds(x)),
        Gen.Choose(0, 2_000_000_000).Select(x => (object?)new LocalDateTime(1990, 1, 1, 0, 0).PlusSeconds(x).PlusNanoseconds(x)),
        Gen.Choose(0, 2_000_000_000).Select(x => (object?)new LocalDateTime(1990, 1, 1, 0, 0).PlusSeconds(x).WithOffset(Offset.FromSeconds((x % 86_400) - 43_200))),
        Gen.Choose(0, 2_000_000_000).Select(x => (object?)Instant.FromUnixTimeSeconds(x).InZone(DateTimeZoneProviders.Tzdb["America/New_York"])));

    private static readonly Gen<object?> Scalars = Gen.OneOf(
        Numbers,
        Texts,
        Times,
        Gen.Constant<object?>(null),
        ArbMap.Default.GeneratorFor<bool>().Select(x => (object?)x),
        ArbMap.Default.GeneratorFor<byte[]>().Select(x => (object?)(x ?? [])));

    [Fact]
    public void Values_survive_writing_and_reading() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Value(3).ToArbitrary(), value => SameText(IonText.Read(IonText.Write(value)), value)));

    [Fact]
    public void Rows_survive_writing_and_reading() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Value(2).ListOf().ToArbitrary(), rows =>
        {
            using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
            IonRows.WriteAll(writer, rows);
            using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(writer.ToString()));
            return SameText(IonRows.Read(stream).ToList(), rows.ToList());
        }));

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Mutated().ToArbitrary(), text =>
        {
            try
            {
                IonText.Read(text);
                return true;
            }
            catch (IonException e)
            {
                return e.Line > 0 || e.Message.Contains("symbol table", StringComparison.Ordinal);
            }
        }));

    private static Gen<object?> Value(int depth) => depth == 0
        ? Scalars
        : Gen.OneOf(
            Scalars,
            Value(depth - 1).ListOf().Select(items => (object?)new List<object?>(items)),
            Texts.Zip(Value(depth - 1)).ListOf().Select(fields => (object?)Map(fields)));

    private static OrderedDictionary<string, object?> Map(IEnumerable<(object? Name, object? Value)> fields)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            map[(string)name!] = value;
        }

        return map;
    }

    private static Gen<string> Mutated() =>
        from value in Value(2)
        from position in Gen.Choose(0, 10_000)
        from character in Gen.Elements("{}[]():,'\"\\/*-+.eEdDT_$0x1ab \n\0é".ToCharArray())
        from remove in ArbMap.Default.GeneratorFor<bool>()
        select Mutate(IonText.Write(value), position, character, remove);

    private static string Mutate(string text, int position, char character, bool remove)
    {
        var at = position % text.Length;
        return remove ? text.Remove(at, 1) : text.Insert(at, character.ToString());
    }

    // The written form tells types and scales apart, which equality of containers does not.
    private static bool SameText(object? actual, object? expected) => IonText.Write(actual) == IonText.Write(expected);
}
