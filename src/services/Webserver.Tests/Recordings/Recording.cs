using System.Text;
using System.Text.Json;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Recordings;

/// <summary>One recorded request with its answer.</summary>
/// <param name="Verified">How it was obtained: from a running 0.20 server, from the classes of 1.0.36, or by reading.</param>
/// <param name="Title">The name; one that occurs again is numbered.</param>
internal sealed record Recording(string Title, string Method, string Path, string Verified, JsonElement Data)
{
    private static readonly JsonSerializerOptions CompactJson = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string ManagementPrefix = ":8081";

    public int Status => Data.GetProperty("status").GetInt32();

    public JsonElement Response { get; } = OlderForm.Translate(Data.GetProperty("response"), Verified == "0.20-server");

    public IEnumerable<KeyValuePair<string, string>> ResponseHeaders => Pairs("responseHeaders").Select(header => KeyValuePair.Create(header.Key, OlderForm.Header(header.Value, Verified == "0.20-server")));

    public bool IsManagement => Path.StartsWith(ManagementPrefix, StringComparison.Ordinal);

    public static IReadOnlyList<Recording> All { get; } = Read();

    private static List<Recording> Read()
    {
        var recordings = new List<Recording>();
        foreach (var line in File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, "api", "examples.jsonl")).Where(static line => line.Length > 0))
        {
            var data = JsonDocument.Parse(line).RootElement;
            var name = data.GetProperty("name").GetString()!;
            var again = recordings.Count(recording => recording.Title == name || recording.Title.StartsWith(name + " (", StringComparison.Ordinal));
            recordings.Add(new Recording(again == 0 || !recordings.Exists(recording => recording.Title == name) ? name : $"{name} ({again + 1})", data.GetProperty("method").GetString()!, data.GetProperty("path").GetString()!, data.GetProperty("verified").GetString()!, data));
        }

        return recordings;
    }

    /// <summary>Sends the request.</summary>
    /// <param name="values">What the placeholders of path and body stand for; one that occurs several times takes the values in turn.</param>
    public Task<Answer> SendAsync(TestServer server, IReadOnlyDictionary<string, IReadOnlyList<string>> values)
    {
        var headers = Pairs("headers").Where(static header => header.Key != "Content-Type" || !header.Value.StartsWith("multipart/", StringComparison.Ordinal)).Select(header => KeyValuePair.Create(header.Key, Fill(header.Value, values))).ToList();
        var body = Body(values, headers);
        var target = Fill(IsManagement ? Path[ManagementPrefix.Length..] : Path, values);
        return RawClient.SendAsync(IsManagement ? server.ManagementPort : server.Port, Method, target, headers, body, IsStream ? Enough : null);
    }

    private bool IsStream => ResponseHeaders.Any(static header => header.Value == "text/event-stream");

    // As many events as the recording shows.
    private bool Enough(string body) => Occurrences(body, "\n\n") >= Occurrences(Response.GetString()!, "\n\n");

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private byte[]? Body(IReadOnlyDictionary<string, IReadOnlyList<string>> values, List<KeyValuePair<string, string>> headers)
    {
        var body = Data.GetProperty("body");
        switch (body.ValueKind)
        {
            case JsonValueKind.Null:
                return Method is "POST" or "PUT" or "PATCH" ? [] : null;
            case JsonValueKind.String:
                return Encoding.UTF8.GetBytes(body.GetString()!);
            case JsonValueKind.Object when body.TryGetProperty("multipart", out var parts):
                headers.Add(KeyValuePair.Create("Content-Type", MultipartBody.Type));
                return MultipartBody.Of([.. parts.EnumerateArray().Select(PartOf)]);
            default:
                return Encoding.UTF8.GetBytes(Fill(Compact(body), values));
        }
    }

    // Archives were written down with a character for each byte.
    private static MultipartPart PartOf(JsonElement part)
    {
        var fields = part.EnumerateArray().Select(static field => field.GetString()!).ToArray();
        var fileName = fields.Length > 2 ? fields[2] : null;
        var encoding = fileName?.EndsWith(".zip", StringComparison.Ordinal) == true ? Encoding.Latin1 : Encoding.UTF8;
        return new MultipartPart(fields[0], encoding.GetBytes(fields[1]), fileName, fields.Length > 3 ? fields[3] : null);
    }

    private static string Compact(JsonElement body) => JsonSerializer.Serialize(body, CompactJson);

    private static string Fill(string text, IReadOnlyDictionary<string, IReadOnlyList<string>> values)
    {
        foreach (var (name, list) in values)
        {
            var placeholder = $"<{name}>";
            for (var turn = 0; text.IndexOf(placeholder, StringComparison.Ordinal) is var at and >= 0; turn++)
            {
                text = text[..at] + list[Math.Min(turn, list.Count - 1)] + text[(at + placeholder.Length)..];
            }
        }

        return text;
    }

    private IEnumerable<KeyValuePair<string, string>> Pairs(string name) => Data.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
        ? map.EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!))
        : [];
}
