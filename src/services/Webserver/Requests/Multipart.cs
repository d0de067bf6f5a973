using Kestra.Webserver.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Kestra.Webserver.Requests;

/// <summary>Reads multipart bodies part by part; a file is never held in memory.</summary>
internal static class Multipart
{
    private const int MaxBoundaryLength = 200;

    /// <summary>The parts in their order. A request without content type has none. Each part is good until the next one is asked for.</summary>
    public static async IAsyncEnumerable<Part> PartsAsync(HttpContext http)
    {
        if (http.MediaType() is null)
        {
            yield break;
        }

        http.RequireType("multipart/form-data");
        var boundary = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength)
        {
            throw ApiException.BadRequest("The multipart body has no valid boundary");
        }

        var limits = http.Features.GetRequiredFeature<WebserverOptions>();
        var reader = new MultipartReader(boundary, http.Request.Body);
        for (var count = 0; await NextAsync(reader, http.RequestAborted) is { } section; count++)
        {
            if (count == limits.MaxParts)
            {
                throw ApiException.BadRequest($"A request has at most {limits.MaxParts} parts");
            }

            if (section.GetContentDispositionHeader() is { } disposition && HeaderUtilities.RemoveQuotes(disposition.Name).Value is { Length: > 0 } name)
            {
                var file = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
                yield return new Part(name, file.HasValue ? HeaderUtilities.RemoveQuotes(file).Value : null, new PartStream(section.Body), limits.MaxValueBytes);
            }
        }
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Malformed();
        }
    }

    private static ApiException Malformed() => ApiException.BadRequest("The multipart body is malformed or ends too early");

    // A body that ends inside of a part is the client's fault, which the reader tells like a fault of a disk.
    private sealed class PartStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            try
            {
                return inner.Read(buffer, offset, count);
            }
            catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
            {
                throw Malformed();
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
            {
                throw Malformed();
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <param name="FileName">Null for a plain value.</param>
/// <param name="MaxTextBytes">Bytes of a plain value at most.</param>
internal sealed record Part(string Name, string? FileName, Stream Content, int MaxTextBytes)
{
    public async Task<string> TextAsync(CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await Content.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxTextBytes)
            {
                throw new ApiException(413, "Request Entity Too Large", $"The part {Name} has more than {MaxTextBytes / 1024 / 1024} MiB, which is too large for a value; send it as an input of type FILE");
            }
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
