using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kestra.Cli.Running;

/// <summary>Which entries of a log were shown. A stream that is opened again tells all of them again from the first.</summary>
internal sealed class ShownLogs
{
    private readonly HashSet<Guid> seen = [];

    /// <returns>Whether the entry is new.</returns>
    public bool Add(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Undefined || seen.Add(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(entry.GetRawText())).AsSpan(0, 16)));
}
