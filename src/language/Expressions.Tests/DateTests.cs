using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Dates beyond those that were recorded.</summary>
public sealed class DateTests
{
    private const string Variables = """{"z":"2024-03-09T14:05:07.123456789Z"}""";

    [Theory]
    [InlineData("9-Mar-24", "d-MMM-yy", "2024-03-09T00:00:00.000000Z")]
    [InlineData("Sat, 9 Mar 2024", "EEE, d MMM yyyy", "2024-03-09T00:00:00.000000Z")]
    [InlineData("2024-069", "yyyy-DDD", "2024-03-09T00:00:00.000000Z")]
    [InlineData("2024-03-09 02:05 PM", "yyyy-MM-dd hh:mm a", "2024-03-09T14:05:00.000000Z")]
    [InlineData("2024-03-09 14:05 PM", "yyyy-MM-dd HH:mm a", "2024-03-09T14:05:00.000000Z")]
    [InlineData("20240309140507123", "yyyyMMddHHmmssSSS", "2024-03-09T14:05:07.123000Z")]
    [InlineData("2024-03-09 14:05:07 CET", "yyyy-MM-dd HH:mm:ss z", "2024-03-09T13:05:07.000000Z")]
    [InlineData("2024-03-09 14:05:07 EST", "yyyy-MM-dd HH:mm:ss z", "2024-03-09T19:05:07.000000Z")]
    [InlineData("2024-07-09 14:05:07 PDT", "yyyy-MM-dd HH:mm:ss z", "2024-07-09T21:05:07.000000Z")]
    [InlineData("2024-03-09T14:05:07.5", "iso_local_date_time", "2024-03-09T14:05:07.500000Z")]
    [InlineData("2024-03-09T14:05", "iso_local_date_time", "2024-03-09T14:05:00.000000Z")]
    [InlineData("2024-03-09T14:05:07.12+01:00[Europe/Paris]", "iso_zoned_date_time", "2024-03-09T13:05:07.120000Z")]
    [InlineData("2024-03-09T14:05:07.1234Z", "iso_instant", "2024-03-09T14:05:07.123400Z")]
    [InlineData("24:00 2024-03-09", "HH:mm yyyy-MM-dd", "2024-03-10T00:00:00.000000Z")]
    public void A_text_is_read_by_its_format(string text, string format, string expected) =>
        Engines.Render($$$"""{{ "{{{text}}}" | date(existingFormat="{{{format}}}") }}""").ShouldBe(expected);

    [Theory]
    [InlineData("Sun, 9 Mar 2024", "EEE, d MMM yyyy", "Conflict found")]
    [InlineData("2024-03-09 14:05 AM", "yyyy-MM-dd HH:mm a", "Conflict found")]
    [InlineData("2024-03-09 Q2", "yyyy-MM-dd 'Q'Q", "Conflict found")]
    [InlineData("2024-03-09 070", "yyyy-MM-dd DDD", "differs")]
    [InlineData("2024-03-09 14:05:07 EST", "yyyy-MM-dd HH:mm:ss VV", "could not be parsed")]
    [InlineData("2024-03-09T14:05:07.", "iso_local_date_time", "could not be parsed")]
    [InlineData("25:00 2024-03-09", "HH:mm yyyy-MM-dd", "Invalid value")]
    public void A_text_that_contradicts_itself_or_its_format_is_refused(string text, string format, string expected) =>
        Should.Throw<ExpressionException>(() => Engines.Render($$$"""{{ "{{{text}}}" | date(existingFormat="{{{format}}}") }}""")).Message.ShouldContain(expected);

    [Theory]
    [InlineData("pp'x'")]
    [InlineData("pp-")]
    [InlineData("pp[H]")]
    [InlineData("ppp")]
    [InlineData("ppyyyy")]
    public void Padding_needs_a_field_that_fits(string pattern) =>
        Should.Throw<ExpressionException>(() => Engines.Render($$$"""{{ z | date("{{{pattern}}}") }}""", Variables)).Message.ShouldContain("pad", Case.Insensitive);

    [Theory]
    [InlineData("ppH-pppM", "14-  3")]
    [InlineData("B h K k A g", "in the afternoon 2 2 14 50707123 60378")]
    public void A_pattern_gives_its_fields(string pattern, string expected) =>
        Engines.Render($$$"""{{ z | date("{{{pattern}}}") }}""", Variables).ShouldBe(expected);

    [Theory]
    [InlineData("Asia/Singapore", "SGT")]
    [InlineData("America/Sao_Paulo", "BRT")]
    [InlineData("Asia/Tokyo", "JST")]
    [InlineData("Asia/Kolkata", "IST")]
    public void A_zone_has_a_short_name(string zone, string expected) =>
        Engines.Render($$$"""{{ z | date("z", timeZone="{{{zone}}}") }}""", Variables).ShouldBe(expected);

    [Theory]
    [InlineData(10, "MILLENNIA", "+12024-03-09T14:05:07.123456Z")]
    [InlineData(10_000_000, "DAYS", "+29403-04-05T14:05:07.123456Z")]
    [InlineData(-13, "MONTHS", "2023-02-09T14:05:07.123456Z")]
    [InlineData(-2, "WEEKS", "2024-02-24T14:05:07.123456Z")]
    [InlineData(9, "MONTHS", "2024-12-09T14:05:07.123456Z")]
    [InlineData(10, "MONTHS", "2025-01-09T14:05:07.123456Z")]
    public void Calendar_units_have_no_last_year(long amount, string unit, string expected) =>
        Engines.Render($$$"""{{ z | dateAdd({{{amount}}}, "{{{unit}}}") }}""", Variables).ShouldBe(expected);

    [Fact]
    public void An_era_back_is_the_same_year_before_the_first() =>
        Engines.Render("{{ z | dateAdd(-1, 'ERAS', 'uuuu-MM-dd') }}", Variables).ShouldBe("-2023-03-09");

    [Theory]
    [InlineData("{{ z | dateAdd(1000000000, 'YEARS') }}")]
    [InlineData("{{ z | dateAdd(9223372036854775807, 'DAYS') }}")]
    [InlineData("{{ z | dateAdd(9223372036854775807, 'CENTURIES') }}")]
    [InlineData("{{ z | dateAdd(-2, 'ERAS') }}")]
    public void An_amount_beyond_the_calendar_is_refused(string expression) => Should.Throw<ExpressionException>(() => Engines.Render(expression, Variables));

    [Theory]
    [InlineData("{{ '2024-03-30T02:30:00' | dateAdd(1, 'DAYS', timeZone='Europe/Paris') }}", "2024-03-31T03:30:00.000000+02:00")]
    [InlineData("{{ '2024-10-26T02:30:00' | dateAdd(1, 'DAYS', timeZone='Europe/Paris') }}", "2024-10-27T02:30:00.000000+02:00")]
    [InlineData("{{ '2024-01-31' | dateAdd(1, 'MONTHS', 'iso_local_date') }}", "2024-02-29")]
    public void A_day_keeps_the_local_time_where_it_exists(string expression, string expected) => Engines.Render(expression).ShouldBe(expected);
}
