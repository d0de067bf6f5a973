using System.Text;
using Kestra.Model.Json;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Tests;

public sealed class InstantTextTests
{
    private static readonly InstantPattern Six = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'ffffff'Z'");
    private static readonly InstantPattern Nine = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffff'Z'");

    [Fact]
    public void Dates_are_written_as_the_pattern_says()
    {
        var random = new Random(20260504);
        for (var number = 0; number < 20_000; number++)
        {
            var date = Instant.FromUnixTimeSeconds(random.NextInt64(-62_135_596_800, 253_402_300_799)).PlusNanoseconds(1 + (random.Next(0, 999_999) * 1_000L));
            Text(date, JsonProfile.Database).ShouldBe(Six.Format(date));
            Text(date, JsonProfile.Api).ShouldBe(Nine.Format(date));
        }
    }

    [Theory]
    [InlineData("2026-05-04T12:00:00Z", "2026-05-04T12:00:00Z")]
    [InlineData("2026-05-04T12:00:00.120Z", "2026-05-04T12:00:00.120Z")]
    [InlineData("2026-05-04T12:00:00.000120Z", "2026-05-04T12:00:00.000120Z")]
    [InlineData("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z")]
    [InlineData("-0044-03-15T10:00:00Z", "-0044-03-15T10:00:00Z")]
    public void Fraction_has_as_many_digits_as_it_needs(string date, string expected) =>
        Text(InstantPattern.ExtendedIso.Parse(date).Value, JsonProfile.Api).ShouldBe(expected);

    private static string Text(Instant date, JsonProfile profile) => Encoding.UTF8.GetString(ModelJson.SerializeValue(date, profile)).Trim('"');
}
