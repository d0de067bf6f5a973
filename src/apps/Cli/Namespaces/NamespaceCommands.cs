using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Hosting.Configuration;
using Kestra.Ion;

namespace Kestra.Cli.Namespaces;

/// <summary><c>namespace files update</c>: sends a folder to the files of a namespace.</summary>
internal sealed class NamespaceFilesUpdateCommand : ApiCommand
{
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace to update.");
    private readonly Parameter<string> from = Settings.Required("from", "The local directory of the files.");
    private readonly Parameter<string> to = Settings.Optional("to", "The folder of the namespace to send the files to.", "/");
    private readonly Setting<bool> delete = Settings.Negatable("Delete what the folder of the namespace holds before.", "--delete");
    private readonly Setting<bool> keep = Settings.Negation("--delete");

    public NamespaceFilesUpdateCommand()
        : base("update", "Update namespace files", "namespace")
    {
        Add(ns);
        Add(from);
        Add(to);
        Add(delete);
        Add(keep);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var folder = invocation.Host.FullPath(invocation.Get(from));
        if (!Directory.Exists(folder))
        {
            throw new CommandFailureException($"The directory '{folder}' does not exist.");
        }

        var target = $"/{invocation.Get(to).Trim('/')}/".Replace("//", "/", StringComparison.Ordinal);
        if (invocation.Get(delete) && !invocation.Get(keep))
        {
            await NamespaceUpload.DeleteAsync(client, invocation.Get(ns), target, invocation.CancellationToken);
        }

        await NamespaceUpload.RunAsync(client, invocation.Get(ns), folder, target, (local, remote) => invocation.Terminal.Line($"Successfully uploaded {local} to {remote}"), invocation.CancellationToken);
        return ExitCode.Success;
    }
}

/// <summary>Types of a value in the key-value store.</summary>
internal enum KeyValueType
{
    STRING,
    NUMBER,
    BOOLEAN,
    DATETIME,
    DATE,
    DURATION,
    JSON,
}

/// <summary><c>namespace kv update</c>: sets a value.</summary>
internal sealed partial class NamespaceKvUpdateCommand : ApiCommand
{
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace to update.");
    private readonly Parameter<string> key = Settings.Required("key", "The key to update.");
    private readonly Parameter<string> value = Settings.Required("value", "The value to give the key.");
    private readonly Setting<string?> expiration = Settings.Text("How long the value lives, as an ISO-8601 duration or with a unit (1d).", "expiration", "-e", "--expiration");
    private readonly Setting<KeyValueType> type = Settings.Choice("Type of the value (STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION, JSON).", "type", KeyValueType.STRING, "-t", "--type");
    private readonly Setting<string?> file = Settings.Text("Read the value from this file instead.", "fileValue", "-f", "--file-value");

    public NamespaceKvUpdateCommand()
        : base("update", "Update value for a KV Store key", "namespace")
    {
        Add(ns);
        Add(key);
        Add(value);
        Add(expiration);
        Add(type);
        Add(file);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var text = invocation.Get(file) is { } path ? await Kestra.Cli.Flows.FlowFiles.ReadAsync(invocation.Host.FullPath(path), invocation.CancellationToken) : invocation.Get(value);
        var isText = invocation.Has(type) && invocation.Get(type) == KeyValueType.STRING;
        var ttl = invocation.Get(expiration) is { } given ? TimeToLive(given) : null;
        using var body = new StringContent(isText || !IsLiteral(text) ? Quote(text) : text, Encoding.UTF8, ApiClient.Json);
        using var response = await client.SendAsync(
            HttpMethod.Put,
            $"/namespaces/{ApiClient.Segment(invocation.Get(ns))}/kv/{ApiClient.Segment(invocation.Get(key))}",
            body,
            invocation.CancellationToken,
            request =>
            {
                if (ttl is not null)
                {
                    request.Headers.TryAddWithoutValidation("ttl", ttl);
                }
            });
        return ExitCode.Success;
    }

    /// <summary>Whether the text is a value as it stands: a number, a boolean, a date, a list or an object.</summary>
    internal static bool IsLiteral(string text)
    {
        try
        {
            // A bare word would be a symbol, which means a text to the user; several words are several values.
            return !Word().IsMatch(text.Trim()) && IonText.ReadAll(new StringReader(text)).Take(2).Count() == 1;
        }
        catch (IonException)
        {
            return false;
        }
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal) + "\"";

    private static string TimeToLive(string text) => ConfigurationValues.TryDuration(text, out var duration)
        ? XmlConvert.ToString(duration)
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"Invalid value for option '--expiration' (<expiration>): cannot convert '{text}' to a duration such as PT1H or 1d"));

    [GeneratedRegex("^(?!(?:true|false|null|nan)$)[A-Za-z_$][A-Za-z0-9_$]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();
}
