using System.Text;

namespace Kestra.Webserver.Tests.Running;

/// <param name="FileName">Null for a plain value.</param>
internal sealed record MultipartPart(string Name, byte[] Content, string? FileName = null, string? Type = null);

/// <summary>A body of type multipart/form-data.</summary>
internal static class MultipartBody
{
    private const string Boundary = "----kestra-test-boundary";

    public const string Type = $"multipart/form-data; boundary={Boundary}";

    public static byte[] Of(params IReadOnlyList<MultipartPart> parts)
    {
        var body = new MemoryStream();
        foreach (var part in parts)
        {
            var file = part.FileName is null ? "" : $"; filename=\"{part.FileName}\"";
            var type = part.Type is null ? "" : $"Content-Type: {part.Type}\r\n";
            body.Write(Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{part.Name}\"{file}\r\n{type}\r\n"));
            body.Write(part.Content);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"));
        return body.ToArray();
    }
}
