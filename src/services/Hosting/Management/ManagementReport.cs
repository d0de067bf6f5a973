using System.Text.Json;

namespace Kestra.Hosting.Management;

/// <summary>What one part of the process tells about itself on the management port.</summary>
/// <param name="Path">Where, below the base path: <c>/worker</c>.</param>
/// <param name="WriteAsync">Writes one JSON value; asked anew for each request.</param>
public sealed record ManagementReport(string Path, Func<Utf8JsonWriter, CancellationToken, Task> WriteAsync);
