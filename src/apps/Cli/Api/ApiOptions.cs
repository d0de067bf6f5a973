using System.CommandLine;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Api;

/// <summary>The options of commands that talk to a server.</summary>
internal sealed class ApiOptions
{
    public const string DefaultServer = "http://localhost:8080";

    /// <param name="serverByDefault">False for a command that does without a server when none is named.</param>
    public ApiOptions(bool serverByDefault = true) =>
        Server = serverByDefault
            ? Settings.Text("Base URL of the server.", "server", DefaultServer, ["--server"])
            : Settings.Text("Base URL of a running server; without it the flow runs in this process.", "server", "--server");

    public IEnumerable<Option> All => [Server, Headers, User, Tenant, Token];

    public Setting<string?> Server { get; }

    public Setting<KeyValuePair<string, string>[]> Headers { get; } = Settings.Pairs("Further headers of each request.", "name=value", "--headers");

    public Setting<string?> User { get; } = Settings.Text("User and password for basic authentication.", "user:password", "--user");

    public Setting<string?> Tenant { get; } = Settings.Text("Tenant of the request path; main by default.", "tenantId", "--tenant");

    public Setting<string?> Token { get; } = Settings.Text("Token for bearer authentication; replaces --user.", "apiToken", "--api-token");

    /// <summary>What was given on the command line.</summary>
    /// <exception cref="CommandFailureException">The server is no address.</exception>
    public ApiTarget Target(Invocation invocation) => new(
        Address(invocation.Get(Server) ?? DefaultServer),
        invocation.Get(Tenant) is { Length: > 0 } tenant ? tenant : Model.Flows.Tenants.Default,
        invocation.Get(Headers),
        invocation.Get(User),
        invocation.Get(Token));

    private static Uri Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CommandFailureException($"The value of --server must be an address such as {DefaultServer}, but is '{text}'.");
}

/// <summary>Which server to talk to, and as whom.</summary>
/// <param name="User"><c>user:password</c>; the password begins after the first colon.</param>
internal sealed record ApiTarget(Uri Server, string Tenant, IReadOnlyList<KeyValuePair<string, string>> Headers, string? User, string? Token);
