using Kestra.Model.Json;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>Numbers, dates and values in the spelling of Kestra's documents.</summary>
public sealed class JavaNumberTests
{
    [Theory]
    [InlineData(1.5, "1.5")]
    [InlineData(100, "100.0")]
    [InlineData(1e20, "1.0E20")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.00012, "1.2E-4")]
    [InlineData(9_999_999, "9999999.0")]
    [InlineData(10_000_000, "1.0E7")]
    [InlineData(12_345_678.9, "1.23456789E7")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(double.Epsilon, "5E-324")]
    public void Double_has_its_spelling(double number, string text) => JavaDouble.Format(number).ShouldBe(text == "5E-324" ? "5.0E-324" : text);

    [Theory]
    [InlineData(1.1f, "1.1")]
    [InlineData(5f, "5.0")]
    [InlineData(16_777_216f, "1.6777216E7")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Float_has_the_digits_that_tell_it_from_the_next(float number, string text) => JavaDouble.Format(number).ShouldBe(text);

    [Fact]
    public void Values_print_as_in_messages()
    {
        var value = new OrderedDictionary<string, object?> { ["a"] = new List<object?> { 1, "x", null, 1.5, true }, ["b"] = new OrderedDictionary<string, object?> { ["c"] = LocalDate.FromDateTime(new DateTime(2024, 1, 2, 0, 0, 0, DateTimeKind.Utc)) } };

        JavaText.Of(value).ShouldBe("{a=[1, x, null, 1.5, true], b={c=2024-01-02}}");
    }

    [Theory]
    [InlineData(0, "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000000Z")]
    [InlineData(123_000_000, "2024-01-02T03:04:05.123Z", "2024-01-02T03:04:05.123000Z")]
    [InlineData(123_456_000, "2024-01-02T03:04:05.123456Z", "2024-01-02T03:04:05.123456Z")]
    [InlineData(123_456_789, "2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.123456Z")]
    [InlineData(999_999_999, "2024-01-02T03:04:05.999999999Z", "2024-01-02T03:04:05.999999Z")]
    public void Instant_is_trimmed_not_rounded(int nanoseconds, string api, string database)
    {
        var instant = Instant.FromUtc(2024, 1, 2, 3, 4, 5).PlusNanoseconds(nanoseconds);

        Text(instant, JsonProfile.Api).ShouldBe(api);
        Text(instant, JsonProfile.Internal).ShouldBe(api);
        Text(instant, JsonProfile.Database).ShouldBe(database);
    }

    [Theory]
    [InlineData(12, 0, 0, 0, "12:00")]
    [InlineData(12, 0, 1, 0, "12:00:01")]
    [InlineData(12, 0, 0, 5, "12:00:00.005")]
    public void Seconds_of_a_time_are_left_out_when_there_are_none(int hour, int minute, int second, int millisecond, string text) => Text(new LocalTime(hour, minute, second, millisecond), JsonProfile.Api).ShouldBe(text);

    [Theory]
    [InlineData(JsonProfile.Api, "\"PT1M1.5S\"")]
    [InlineData(JsonProfile.Internal, "61.500000000")]
    [InlineData(JsonProfile.Database, "61.500000000")]
    public void Duration_is_iso_for_the_api_and_seconds_elsewhere(JsonProfile profile, string text) => System.Text.Encoding.UTF8.GetString(ModelJson.SerializeValue(Duration.FromMilliseconds(61_500), profile)).ShouldBe(text);

    [Theory]
    [InlineData("2024-01-02T03:04:05Z")]
    [InlineData("2024-01-02T05:04:05+02:00")]
    public void Date_with_an_offset_is_the_same_instant(string text) => Instants.Parse(text).ShouldBe(Instant.FromUtc(2024, 1, 2, 3, 4, 5));

    private static string Text(object value, JsonProfile profile) => System.Text.Encoding.UTF8.GetString(ModelJson.SerializeValue(value, profile)).Trim('"');
}
