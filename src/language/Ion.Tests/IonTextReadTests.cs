using System.Globalization;
using System.Numerics;
using System.Text;
using NodaTime;

namespace Kestra.Ion.Tests;

public sealed class IonTextReadTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("null.int")]
    [InlineData("null.struct")]
    public void Nulls_of_every_type_are_null(string text) => IonText.Read(text).ShouldBeNull();

    public static TheoryData<string, object> Scalars() => new()
    {
        { "true", true },
        { "0", 0 },
        { "-0", 0 },
        { "1_000", 1000 },
        { "-2147483648", int.MinValue },
        { "2147483648", 2147483648L },
        { "9223372036854775808", BigInteger.Pow(2, 63) },
        { "0xFF", 255 },
        { "-0xff", -255 },
        { "0b1010", 10 },
        { "0xFFFFFFFFFFFFFFFF", BigInteger.Pow(2, 64) - 1 },
        { "1.", 1m },
        { "1.50", 1.50m },
        { "1d3", 1000m },
        { "15d-1", 1.5m },
        { "1.5D0", 1.5m },
        { "0.00", 0.00m },
        { "1d-40", 1e-40 },
        { "1d40", 1e40 },
        { "1e0", 1d },
        { "1.0E20", 1e20 },
        { "-1.5e-3", -0.0015 },
        { "-0e0", -0d },
        { "nan", double.NaN },
        { "+inf", double.PositiveInfinity },
        { "-inf", double.NegativeInfinity },
        { "symbol", "symbol" },
        { "'quoted symbol'", "quoted symbol" },
        { "$4", "name" },
        { "\"\"", "" },
        { "\"\\a\\b\\t\\n\\f\\r\\v\\\"\\'\\?\\\\\\/\\0\"", "\a\b\t\n\f\r\v\"'?\\/\0" },
        { "\"\\x41\\u00e9\\U0001F600\"", "Aé😀" },
        { "\"a\\\nb\"", "ab" },
        { "'''one ''' '''two'''", "one two" },
        { "'''one '''\n // comment\n '''two'''", "one two" },
        { "'''line\r\nbreak'''", "line\nbreak" },
        { "''' it's '' '''", " it's '' " },
        { "annotated::nested::5", 5 },
        { "'an annotation'::\"x\"", "x" },
        { "unknown :: \"x\"", "x" },
        { "// comment\n/* another\n */ 5", 5 },
        { "$ion_1_0 5", 5 },
        { "$ion_1_0\n$ion_1_0\n5", 5 },
        { "$ion_1_0::5", 5 },
        { "$ion_symbol_table::{symbols:[\"hello\"]} $10", "hello" },
        { "$ion_symbol_table::{symbols:[\"a\"]} $ion_symbol_table::{imports:$ion_symbol_table,symbols:[\"b\"]} $11", "b" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Scalars_read(string text, object expected)
    {
        var value = IonText.Read(text);

        value.ShouldBe(expected);
        value.ShouldBeOfType(expected.GetType());
    }

    [Fact]
    public void Decimals_keep_their_scale() =>
        ((decimal)IonText.Read("1.10")!).ToString(CultureInfo.InvariantCulture).ShouldBe("1.10");

    [Theory]
    [InlineData("{{aGk=}}", "hi")]
    [InlineData("{{ aG\n k= }}", "hi")]
    [InlineData("{{}}", "")]
    [InlineData("{{\"clob\\x01\"}}", "clob\x01")]
    [InlineData("{{ '''one ''' '''two''' }}", "one two")]
    public void Lobs_read_as_bytes(string text, string expected) =>
        IonText.Read(text).ShouldBeOfType<byte[]>().ShouldBe(Encoding.Latin1.GetBytes(expected));

    [Theory]
    [InlineData("2024T", "2024-01-01")]
    [InlineData("2024-05T", "2024-05-01")]
    [InlineData("2024-05-06", "2024-05-06")]
    [InlineData("2024-05-06T", "2024-05-06")]
    [InlineData("2024-01-01T00:00:00Z", "2024-01-01")]
    [InlineData("2024-01-01T00:00-00:00", "2024-01-01")]
    public void Timestamps_without_a_time_are_dates(string text, string expected) =>
        IonText.Read(text).ShouldBeOfType<LocalDate>().ToString("uuuu-MM-dd", CultureInfo.InvariantCulture).ShouldBe(expected);

    [Theory]
    [InlineData("2024-01-02T03:04Z", "2024-01-02T03:04:00Z")]
    [InlineData("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z")]
    [InlineData("2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.123456789Z")]
    [InlineData("2024-01-02T03:04:05.1234567899Z", "2024-01-02T03:04:05.123456789Z")]
    [InlineData("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z")]
    [InlineData("2024-01-02T03:04:05-02:30", "2024-01-02T05:34:05Z")]
    [InlineData("2024-01-01T02:00:00+02:00", "2024-01-01T00:00:00Z")]
    [InlineData("2024-01-02T03:04-00:00", "2024-01-02T03:04:00Z")]
    public void Timestamps_with_a_time_are_instants(string text, string expected) =>
        NodaTime.Text.InstantPattern.ExtendedIso.Format(IonText.Read(text).ShouldBeOfType<Instant>()).ShouldBe(expected);

    [Fact]
    public void Annotated_times_read_typed()
    {
        IonText.Read("LocalDateTime::\"2024-01-02T03:04\"").ShouldBe(new LocalDateTime(2024, 1, 2, 3, 4));
        IonText.Read("OffsetDateTime::\"2024-01-02T03:04:05Z\"").ShouldBe(new LocalDateTime(2024, 1, 2, 3, 4, 5).WithOffset(Offset.Zero));
        IonText.Read("LocalTime::\"03:04\"").ShouldBe(new LocalTime(3, 4));
        var zoned = IonText.Read("ZonedDateTime::\"2024-01-02T02:04:05+01:00[Europe/Paris]\"").ShouldBeOfType<ZonedDateTime>();
        zoned.Zone.Id.ShouldBe("Europe/Paris");
        IonText.Read("ZonedDateTime::\"2024-01-02T02:04:05+01:00\"").ShouldBeOfType<ZonedDateTime>().Offset.ShouldBe(Offset.FromHours(1));
        IonText.Read("ZonedDateTime::\"2024-01-02T02:04:05Z[UTC]\"").ShouldBeOfType<ZonedDateTime>().Zone.ShouldBe(DateTimeZone.Utc);
    }

    [Fact]
    public void Containers_read_in_any_layout()
    {
        const string Text = """
            // rows
            {
              name : "x",   /* a comment */
              'a b': [1, 2,
                3,],
              "quoted": (a + 'b c' -1 (nested)),
              '''long''': {},
            }
            """;

        var map = IonText.Read(Text).ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!;

        map.Keys.ShouldBe(["name", "a b", "quoted", "long"]);
        map["a b"].ShouldBe(new List<object?> { 1, 2, 3 });
        map["quoted"].ShouldBe(new List<object?> { "a", "+", "b c", -1, new List<object?> { "nested" } });
        map["long"].ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!.ShouldBeEmpty();
    }

    [Fact]
    public void Expressions_hold_operators_and_numbers() =>
        IonText.Read("(a<=b +5 -inf -x)").ShouldBe(new List<object?> { "a", "<=", "b", "+", 5, double.NegativeInfinity, "-", "x" });

    [Fact]
    public void The_last_of_two_equal_fields_wins() =>
        IonText.Read("{a:1,a:2}").ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!["a"].ShouldBe(2);

    [Fact]
    public void Rows_are_read_lazily()
    {
        using var reader = new StringReader("1\n2\n{broken");
        using var rows = IonText.ReadAll(reader).GetEnumerator();

        rows.MoveNext().ShouldBeTrue();
        rows.MoveNext().ShouldBeTrue();
        rows.Current.ShouldBe(2);
        Should.Throw<IonException>(() => rows.MoveNext());
    }

    [Fact]
    public void A_text_without_values_has_none()
    {
        IonText.Read("").ShouldBeNull();
        using var reader = new StringReader("  // nothing\n");
        IonText.ReadAll(reader).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{a:", 1, 4)]
    [InlineData("{a 1}", 1, 4)]
    [InlineData("[1,\n 2", 2, 3)]
    [InlineData("[1 2]", 1, 4)]
    [InlineData("\"open", 1, 6)]
    [InlineData("\"a\nb\"", 1, 3)]
    [InlineData("'''open", 1, 8)]
    [InlineData("/* open", 1, 1)]
    [InlineData("007", 1, 1)]
    [InlineData("1.2.3", 1, 1)]
    [InlineData("1__0", 1, 1)]
    [InlineData("12abc", 1, 1)]
    [InlineData("0x", 1, 1)]
    [InlineData("1e", 1, 1)]
    [InlineData("5:", 1, 2)]
    [InlineData("{null:1}", 1, 2)]
    [InlineData("{a::1}", 1, 4)]
    [InlineData("null.nope", 1, 6)]
    [InlineData("$99", 1, 1)]
    [InlineData("2024-13-01", 1, 1)]
    [InlineData("2024-02-30", 1, 1)]
    [InlineData("2024-01-01T10:00", 1, 1)]
    [InlineData("2024-01-01T24:00Z", 1, 1)]
    [InlineData("{{a}}", 1, 4)]
    [InlineData("{{\"é\"}}", 1, 4)]
    [InlineData("\"\\q\"", 1, 4)]
    [InlineData("\"\\xZZ\"", 1, 4)]
    [InlineData("\"\\UFFFFFFFF\"", 1, 12)]
    [InlineData("]", 1, 1)]
    [InlineData("%", 1, 1)]
    [InlineData("\n\n  @", 3, 3)]
    [InlineData("ZonedDateTime::\"nope\"", 1, 22)]
    [InlineData("ZonedDateTime::\"2024-01-02T02:04:05+01:00[No/Where]\"", 1, 53)]
    [InlineData("1d99999999999", 1, 1)]
    public void Errors_tell_line_and_column(string text, int line, int column)
    {
        var error = Should.Throw<IonException>(() => IonText.Read(text));

        (error.Line, error.Column).ShouldBe((line, column));
        error.Message.ShouldContain($"line {line}, column {column}");
    }
}
