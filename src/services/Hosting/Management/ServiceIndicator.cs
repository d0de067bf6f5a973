namespace Kestra.Hosting.Management;

/// <summary>The services of this process: down until the host reports that all have started, and again while it stops.</summary>
/// <param name="problem">Null while the services work, otherwise why not.</param>
public sealed class ServiceIndicator(Func<string?> problem) : IHealthIndicator
{
    public string Name => "service";

    public Task<Health> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(problem() is { } text
        ? new Health(false, new Dictionary<string, object>(StringComparer.Ordinal) { ["error"] = text })
        : new Health(true));
}
