using System.Reflection;

namespace Kestra.Hosting;

/// <summary>The version of the running product.</summary>
/// <param name="Number">Three numbers: <c>1.0.0</c>.</param>
public sealed record ProductVersion(string Number)
{
    public static ProductVersion Current { get; } = new(typeof(ProductVersion).Assembly.GetName().Version?.ToString(3)
        ?? throw new InvalidOperationException($"{Assembly.GetExecutingAssembly().FullName} has no version."));
}
