using System.Globalization;
using NodaTime;

namespace Kestra.Ion.Tests;

public sealed class IonTextWriteTests
{
    [Theory]
    [InlineData("a", "{a:1}")]
    [InlineData("_a1", "{_a1:1}")]
    [InlineData("$d", "{$d:1}")]
    [InlineData("$10", "{'$10':1}")]
    [InlineData("", "{'':1}")]
    [InlineData("a b", "{'a b':1}")]
    [InlineData("k-1", "{'k-1':1}")]
    [InlineData("1x", "{'1x':1}")]
    [InlineData("null", "{'null':1}")]
    [InlineData("nan", "{'nan':1}")]
    [InlineData("true", "{'true':1}")]
    [InlineData("it's", "{'it\\'s':1}")]
    [InlineData("é", "{'é':1}")]
    [InlineData("say \"x\"", "{'say \"x\"':1}")]
    public void Field_names_are_quoted_when_they_must_be(string name, string expected) =>
        IonText.Write(new OrderedDictionary<string, object?> { [name] = 1 }).ShouldBe(expected);

    [Theory]
    [InlineData(0d, "0e0")]
    [InlineData(-0d, "-0e0")]
    [InlineData(1d, "1e0")]
    [InlineData(2.5, "2.5e0")]
    [InlineData(1234567.0, "1234567e0")]
    [InlineData(12345678.0, "1.2345678E7")]
    [InlineData(0.001, "0.001e0")]
    [InlineData(0.00012, "1.2E-4")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Floats_have_an_exponent(double value, string expected) => IonText.Write(value).ShouldBe(expected);

    [Theory]
    [InlineData("1", "1.")]
    [InlineData("-1", "-1.")]
    [InlineData("0.5", "0.5")]
    [InlineData("-0.000005", "-0.000005")]
    [InlineData("0.0000005", "5d-7")]
    [InlineData("0.00000", "0.00000")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335.")]
    public void Decimals_keep_their_scale(string value, string expected)
    {
        var number = decimal.Parse(value, CultureInfo.InvariantCulture);

        IonText.Write(number).ShouldBe(expected);
        ((decimal)IonText.Read(expected)!).Scale.ShouldBe(number.Scale);
    }

    [Fact]
    public void Durations_are_seconds_with_nine_digits()
    {
        IonText.Write(Duration.FromMilliseconds(-1500)).ShouldBe("-1.500000000");
        IonText.Write(Duration.FromSeconds(90)).ShouldBe("90.000000000");
        IonText.Write(Duration.FromNanoseconds(1)).ShouldBe("0.000000001");
        IonText.Write(Duration.Zero).ShouldBe("0.0");
    }

    [Fact]
    public void Instants_are_cut_to_milliseconds_also_before_1970() =>
        IonText.Write(Instant.FromUnixTimeTicks(-1)).ShouldBe("1969-12-31T23:59:59.999Z");

    [Fact]
    public void Control_characters_and_lone_surrogates_are_escaped() =>
        IonText.Write("\0\a\b\t\n\v\f\r\x1b\x7f\\\"'\ud800é😀").ShouldBe("\"\\0\\a\\b\\t\\n\\v\\f\\r\\x1b\\x7f\\\\\\\"'\\ud800é😀\"");

    [Fact]
    public void Zones_that_are_offsets_have_no_name()
    {
        var time = new LocalDateTime(2024, 1, 2, 3, 4, 5);

        IonText.Write(time.InZoneStrictly(DateTimeZone.Utc)).ShouldBe("ZonedDateTime::\"2024-01-02T03:04:05Z[UTC]\"");
        IonText.Write(time.InZoneStrictly(DateTimeZone.ForOffset(Offset.FromHours(2)))).ShouldBe("ZonedDateTime::\"2024-01-02T03:04:05+02:00\"");
    }

    [Fact]
    public void Rows_have_line_ends_between_them_and_none_after_the_last()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);

        IonRows.WriteAll(writer, [1, "a", null]).ShouldBe(3);

        writer.ToString().ShouldBe("1\n\"a\"\nnull");
    }

    [Fact]
    public async Task Rows_that_arrive_one_by_one_are_written_alike()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);

        (await IonRows.WriteAllAsync(writer, new object?[] { 1, 2 }.ToAsyncEnumerable())).ShouldBe(2);

        writer.ToString().ShouldBe("1\n2");
    }

    [Fact]
    public void Single_rows_end_their_line()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);

        IonRows.Write(writer, 1);
        IonRows.Write(writer, 2);

        writer.ToString().ShouldBe("1\n2\n");
    }
}
