using System.Globalization;

namespace Kestra.Crash;

/// <summary>What <c>tests/crash/run</c> asks for.</summary>
internal static class Settings
{
    /// <summary>Leaves out the tests of the database that was not asked for.</summary>
    public static void SkipUnless(string database)
    {
        var asked = Environment.GetEnvironmentVariable("KESTRA_CRASH_DATABASE");
        Assert.SkipWhen(asked is { Length: > 0 } && asked != database, $"only {asked} is asked for");
    }

    /// <summary>Leaves out what takes too long for a build.</summary>
    public static void SkipUnlessLong() =>
        Assert.SkipWhen(Environment.GetEnvironmentVariable("KESTRA_CRASH_LONG") is not { Length: > 0 }, "only in the long form: tests/crash/run --all");

    public static int Number(string name, int fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
