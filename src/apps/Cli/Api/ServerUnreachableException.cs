using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Api;

/// <summary>No connection to the server came about. Who has spoken with it before may wait for it to come back.</summary>
internal sealed class ServerUnreachableException(string message, Exception cause) : CommandFailureException(message, cause);
