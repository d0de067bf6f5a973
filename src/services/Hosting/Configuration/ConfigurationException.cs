namespace Kestra.Hosting.Configuration;

/// <summary>The configuration cannot be used; the message names the key and the remedy.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
