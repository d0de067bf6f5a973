using System.Globalization;
using System.Reflection;

namespace Kestra.Hosting;

/// <summary>The version of the running product.</summary>
/// <param name="Number">Three numbers: <c>1.0.0</c>.</param>
/// <param name="Commit">The revision of the source; <c>development</c> when the build does not know it.</param>
/// <param name="Date">When it was built, ISO in UTC.</param>
public sealed record ProductVersion(string Number, string Commit = "development", string Date = "1970-01-01T00:00:00Z")
{
    public static ProductVersion Current { get; } = Read(typeof(ProductVersion).Assembly);

    private static ProductVersion Read(Assembly assembly)
    {
        var number = assembly.GetName().Version?.ToString(3) ?? throw new InvalidOperationException($"{assembly.FullName} has no version.");
        var commit = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, { Length: > 0 } revision] ? revision : "development";
        var program = Environment.ProcessPath is { } path && File.Exists(path) ? File.GetLastWriteTimeUtc(path) : DateTime.UnixEpoch;
        return new ProductVersion(number, commit, program.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }
}
