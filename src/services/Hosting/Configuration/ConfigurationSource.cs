namespace Kestra.Hosting.Configuration;

/// <summary>Settings of one origin.</summary>
/// <param name="Name">Where they come from, for people.</param>
/// <param name="Settings">Canonical keys with texts, lists or null.</param>
public sealed record ConfigurationSource(string Name, IReadOnlyDictionary<string, object?> Settings);
