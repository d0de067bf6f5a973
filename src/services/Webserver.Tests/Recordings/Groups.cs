namespace Kestra.Webserver.Tests.Recordings;

/// <summary>Which recordings are replayed together, in their order, on one server.</summary>
internal static class Groups
{
    // These need a server that asks for credentials; all others run on one that does not.
    private static readonly string[] Login =
    [
        "no credentials", "no credentials (0.20 with login on)", "wrong password", "malformed Basic header", "Bearer on open source", "ping without login",
        "setup", "setup, bad user name (0.20)", "setup, no password (0.20)", "change credentials (0.20)",
    ];

    // Refused as long as there are no credentials yet.
    private static readonly string[] SetUp = ["setup, weak password", "setup, bad user name"];

    public static string Of(Recording recording) => recording switch
    {
        _ when Login.Contains(recording.Title) => "login",
        _ when SetUp.Contains(recording.Title) => "set-up",
        { Title: "source search 1.0" } => "sources",
        _ when Resource(recording) is "flows" => "flows",
        _ when Resource(recording) is "executions" => "executions",
        _ when Resource(recording) is "triggers" => "triggers",
        _ when Resource(recording) is "namespaces" => "namespaces",
        _ when Resource(recording) is "logs" or "metrics" => "logs",
        _ => "instance",
    };

    private static string Resource(Recording recording) => recording.Path.Replace("/api/v1/main/", "/api/v1/", StringComparison.Ordinal).Split('/', '?') is [_, "api", "v1", var resource, ..] ? resource : "";
}
