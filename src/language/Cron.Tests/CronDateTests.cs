using NodaTime;
using NodaTime.Text;
using Shouldly;
using Xunit;

namespace Kestra.Cron.Tests;

public sealed class CronDateTests
{
    [Theory]
    [InlineData("* * * * *", "2024-01-01T00:00:00Z", "2024-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2024-01-01T00:46:10Z", "2024-01-01T01:00:00Z")]
    [InlineData("5/20 * * * *", "2024-01-01T00:05:00Z", "2024-01-01T00:25:00Z")]
    [InlineData("5/20 * * * *", "2024-01-01T00:45:00Z", "2024-01-01T01:05:00Z")]
    [InlineData("0 9-17/4 * * *", "2024-01-01T10:00:00Z", "2024-01-01T13:00:00Z")]
    [InlineData("0 0 13 * 5", "2024-09-01T00:00:00Z", "2024-09-06T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2024-10-11T00:00:00Z", "2024-10-13T00:00:00Z")]
    [InlineData("0 0 * * 1-5", "2024-01-05T00:00:00Z", "2024-01-08T00:00:00Z")]
    [InlineData("0 0 * * 7", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00Z")]
    [InlineData("0 0 * * SUN", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00Z")]
    [InlineData("0 0 * * 5-7", "2024-01-06T00:00:00Z", "2024-01-07T00:00:00Z")]
    [InlineData("0 0 31 * *", "2024-01-31T00:00:00Z", "2024-03-31T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 0 1 JAN,JUL *", "2024-01-01T00:00:00Z", "2024-07-01T00:00:00Z")]
    [InlineData("@hourly", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z")]
    [InlineData("@daily", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z")]
    [InlineData("@midnight", "2024-02-28T12:00:00Z", "2024-02-29T00:00:00Z")]
    [InlineData("@weekly", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00Z")]
    [InlineData("@monthly", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z")]
    [InlineData("@yearly", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    [InlineData("@annually", "2023-12-31T23:59:59Z", "2024-01-01T00:00:00Z")]
    public void FindsTheNextDate(string cron, string after, string expected) =>
        Next(cron, after, "UTC").ShouldBe(expected);

    [Theory]
    [InlineData("* * * * *", "2024-01-01T00:00:00Z", "2023-12-31T23:59:00Z")]
    [InlineData("* * * * *", "2024-01-01T00:00:30Z", "2024-01-01T00:00:00Z")]
    [InlineData("30 10 * * *", "2024-01-01T10:30:00Z", "2023-12-31T10:30:00Z")]
    [InlineData("0 9 * * MON", "2024-01-01T09:00:00Z", "2023-12-25T09:00:00Z")]
    [InlineData("0 0 29 2 *", "2104-02-29T00:00:00Z", "2096-02-29T00:00:00Z")]
    [InlineData("0 0 31 12 *", "2024-06-01T00:00:00Z", "2023-12-31T00:00:00Z")]
    public void FindsThePreviousDate(string cron, string before, string expected) =>
        Previous(cron, before, "UTC").ShouldBe(expected);

    [Theory]
    [InlineData("30 2 * * *", "2024-03-30T02:30:00+01:00", "2024-04-01T02:30:00+02:00")]
    [InlineData("*/30 * * * *", "2024-03-31T01:30:00+01:00", "2024-03-31T03:00:00+02:00")]
    [InlineData("30 2 * * *", "2024-10-26T02:30:00+02:00", "2024-10-27T02:30:00+02:00")]
    [InlineData("30 2 * * *", "2024-10-27T02:30:00+02:00", "2024-10-28T02:30:00+01:00")]
    [InlineData("0 * * * *", "2024-10-27T01:00:00+02:00", "2024-10-27T02:00:00+02:00")]
    [InlineData("0 * * * *", "2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00")]
    [InlineData("0 * * * *", "2024-10-27T02:00:00+01:00", "2024-10-27T03:00:00+01:00")]
    [InlineData("*/15 * * * *", "2024-10-27T02:45:00+02:00", "2024-10-27T02:00:00+01:00")]
    [InlineData("0 9 * * *", "2024-10-26T09:00:00+02:00", "2024-10-27T09:00:00+01:00")]
    [InlineData("0 9 * * *", "2024-03-30T09:00:00+01:00", "2024-03-31T09:00:00+02:00")]
    public void FollowsTheClockOfTheZoneForward(string cron, string after, string expected) =>
        Next(cron, after, "Europe/Paris").ShouldBe(expected);

    [Theory]
    [InlineData("30 2 * * *", "2024-04-01T02:30:00+02:00", "2024-03-30T02:30:00+01:00")]
    [InlineData("0 * * * *", "2024-10-27T02:00:00+01:00", "2024-10-27T02:00:00+02:00")]
    [InlineData("*/30 * * * *", "2024-03-31T03:00:00+02:00", "2024-03-31T01:30:00+01:00")]
    public void FollowsTheClockOfTheZoneBackward(string cron, string before, string expected) =>
        Previous(cron, before, "Europe/Paris").ShouldBe(expected);

    [Fact]
    public void ADayThatAZoneLeftOutDoesNotOccur() =>
        Next("0 12 30 12 *", "2011-01-01T00:00:00-10:00", "Pacific/Apia").ShouldBe("2012-12-30T12:00:00+14:00");

    [Fact]
    public void SecondsCount()
    {
        var cron = CronExpression.Parse("*/20 59 23 * * *", withSeconds: true);
        var date = At("2024-12-31T23:59:20Z", "UTC");
        Text(cron.Next(date)).ShouldBe("2024-12-31T23:59:40Z");
        Text(cron.Next(date.PlusSeconds(20))).ShouldBe("2025-01-01T23:59:00Z");
        Text(cron.Previous(date)).ShouldBe("2024-12-31T23:59:00Z");
        Text(cron.Previous(date.PlusNanoseconds(1))).ShouldBe("2024-12-31T23:59:20Z");
        Text(cron.Next(date.PlusNanoseconds(1))).ShouldBe("2024-12-31T23:59:40Z");
    }

    [Fact]
    public void ADateThatNeverOccursIsNull()
    {
        Next("0 0 31 2 *", "2024-01-01T00:00:00+01:00", "Europe/Paris").ShouldBeNull();
        Previous("0 0 31 2 *", "2024-01-01T00:00:00+01:00", "Europe/Paris").ShouldBeNull();
    }

    [Theory]
    [InlineData("*/7 * * * *", "Europe/Paris")]
    [InlineData("13 */5 * * *", "America/New_York")]
    [InlineData("0 0 13 * 5", "Australia/Lord_Howe")]
    [InlineData("0 * * * *", "Asia/Kathmandu")]
    public void GoingBackFromADateFindsItsPredecessor(string text, string zone)
    {
        var cron = CronExpression.Parse(text);
        var date = At("2024-01-01T00:00:00Z", zone);
        date = cron.Next(date)!.Value;
        for (var i = 0; i < 3000; i++)
        {
            var next = cron.Next(date)!.Value;
            (next.ToInstant() > date.ToInstant()).ShouldBeTrue();
            cron.Previous(next).ShouldBe(date);
            date = next;
        }
    }

    private static string? Next(string cron, string after, string zone) => Text(CronExpression.Parse(cron).Next(At(after, zone)));

    private static string? Previous(string cron, string before, string zone) => Text(CronExpression.Parse(cron).Previous(At(before, zone)));

    private static ZonedDateTime At(string text, string zone) =>
        OffsetDateTimePattern.Rfc3339.Parse(text).Value.ToInstant().InZone(DateTimeZoneProviders.Tzdb[zone]);

    private static string? Text(ZonedDateTime? date) => date is { } found ? OffsetDateTimePattern.Rfc3339.Format(found.ToOffsetDateTime()) : null;
}
