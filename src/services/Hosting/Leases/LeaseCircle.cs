namespace Kestra.Hosting.Leases;

/// <summary>Numbered leases that several processes share evenly.</summary>
/// <param name="Name">Under which those who share them are counted.</param>
/// <param name="First">Number of the first lease; the others follow.</param>
public sealed record LeaseCircle(string Name, int First, int Count);
