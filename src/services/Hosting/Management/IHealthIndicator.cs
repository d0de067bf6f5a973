namespace Kestra.Hosting.Management;

/// <summary>One thing that the health of the process depends on.</summary>
public interface IHealthIndicator
{
    /// <summary>The name under <c>details</c>: <c>jdbc</c>, <c>service</c>, <c>diskSpace</c> …</summary>
    string Name { get; }

    /// <summary>Answers quickly; an exception counts as down.</summary>
    Task<Health> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>The state of one indicator.</summary>
/// <param name="Up">Whether it works.</param>
/// <param name="Details">Facts for people; values are texts, numbers or further maps.</param>
public sealed record Health(bool Up, IReadOnlyDictionary<string, object>? Details = null);
