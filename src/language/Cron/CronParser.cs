using System.Globalization;

namespace Kestra.Cron;

internal static class CronParser
{
    private static readonly char[] _blanks = [' ', '\t', '\n', '\r', '\f', '\v'];

    public static CronCalendar Parse(string text, bool withSeconds)
    {
        var upper = text.Trim().ToUpperInvariant();
        if (upper.Length == 0)
        {
            throw new CronException("Empty expression!");
        }

        if (upper[0] == '@')
        {
            return ParseFields(ResolveNickname(upper, text), withSeconds: false);
        }

        return ParseFields(upper, withSeconds);
    }

    private static CronCalendar ParseFields(string text, bool withSeconds)
    {
        var fields = text.Split(_blanks, StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(fields, static field => field.EndsWith(',')) is { } trailing)
        {
            throw new CronException($"Invalid field value! Trailing commas not permitted! '{trailing}'");
        }

        var expected = withSeconds ? 6 : 5;
        if (fields.Length != expected)
        {
            throw new CronException(string.Create(CultureInfo.InvariantCulture, $"Cron expression contains {fields.Length} parts but we expect one of [{expected}]"));
        }

        var first = withSeconds ? 1 : 0;
        return new CronCalendar(
            withSeconds ? CronField.Parse(fields[0], CronFieldRange.Second) : CronField.Zero,
            CronField.Parse(fields[first], CronFieldRange.Minute),
            CronField.Parse(fields[first + 1], CronFieldRange.Hour),
            CronField.Parse(fields[first + 2], CronFieldRange.DayOfMonth),
            CronField.Parse(fields[first + 3], CronFieldRange.Month),
            CronField.Parse(fields[first + 4], CronFieldRange.DayOfWeek));
    }

    private static string ResolveNickname(string upper, string text) => upper switch
    {
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        "@MONTHLY" => "0 0 1 * *",
        "@WEEKLY" => "0 0 * * 0",
        "@DAILY" or "@MIDNIGHT" => "0 0 * * *",
        "@HOURLY" => "0 * * * *",
        _ => throw new CronException($"Nickname {text.Trim()} not supported!"),
    };
}
