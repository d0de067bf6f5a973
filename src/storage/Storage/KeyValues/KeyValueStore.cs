using System.Text;
using System.Text.RegularExpressions;
using Kestra.Ion;
using Kestra.Model.Durations;
using Kestra.Storage.Objects;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Storage.KeyValues;

/// <summary>The key-value store of one namespace: an Ion file a key in internal storage (§4.10 of the model).</summary>
public sealed partial class KeyValueStore(IObjectStorage storage, string tenantId, string @namespace, TimeProvider time)
{
    /// <summary>The value of a key.</summary>
    /// <returns>Null when the key does not exist.</returns>
    /// <exception cref="KeyValueExpiredException">It exists and its time is over.</exception>
    public async Task<KeyValue?> FindAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        if (!await storage.ExistsAsync(tenantId, PathOf(key), cancellationToken))
        {
            return null;
        }

        await using var stored = await storage.OpenAsync(tenantId, PathOf(key), cancellationToken);
        if (ExpirationOf(stored.Metadata) is { } expiration && expiration < Now)
        {
            throw new KeyValueExpiredException();
        }

        using var reader = new StreamReader(stored.Content, Encoding.UTF8);
        return KeyValue.Of(IonText.Read(await reader.ReadToEndAsync(cancellationToken)));
    }

    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return storage.ExistsAsync(tenantId, PathOf(key), cancellationToken);
    }

    /// <exception cref="InvalidOperationException">The key exists and must not be overwritten.</exception>
    public async Task PutAsync(string key, object? value, string? description, Duration? timeToLive, bool overwrite, CancellationToken cancellationToken)
    {
        Check(key);
        if (timeToLive < Duration.Zero)
        {
            throw new InvalidKeyValueException("ttl cannot be negative");
        }

        if (!overwrite && await ExistsAsync(key, cancellationToken))
        {
            throw new InvalidOperationException($"Cannot set value for key '{key}'. Key already exists and `overwrite` is set to `false`.");
        }

        var metadata = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (description is not null)
        {
            metadata["description"] = description;
        }

        if (timeToLive is { } limit)
        {
            metadata["expirationDate"] = InstantPattern.ExtendedIso.Format(Now + limit);
        }

        using var content = new MemoryStream(Encoding.UTF8.GetBytes(IonText.Write(Stored(value))));
        await storage.PutAsync(tenantId, PathOf(key), content, metadata, cancellationToken);
    }

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return storage.DeleteAsync(tenantId, PathOf(key), cancellationToken);
    }

    /// <summary>The entries, without their values; expired ones only when asked for.</summary>
    public async Task<IReadOnlyList<KeyValueEntry>> ListAsync(bool withExpired, CancellationToken cancellationToken)
    {
        var folder = StoragePaths.KeyValues(@namespace);
        if (!await storage.ExistsAsync(tenantId, folder, cancellationToken))
        {
            return [];
        }

        var entries = new List<KeyValueEntry>();
        foreach (var file in await storage.ListAsync(tenantId, folder, cancellationToken))
        {
            var expiration = ExpirationOf(file.Metadata);
            if (file.FileName.EndsWith(".ion", StringComparison.Ordinal) && (withExpired || expiration is null || expiration >= Now))
            {
                entries.Add(new KeyValueEntry(file.FileName[..^4], file.Metadata.GetValueOrDefault("description"), file.Created, file.LastModified, expiration));
            }
        }

        return entries;
    }

    /// <summary>What the one who set a value wrote about it; null when nothing, or when the key does not exist.</summary>
    public async Task<string?> DescriptionAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return await storage.ExistsAsync(tenantId, PathOf(key), cancellationToken)
            ? (await storage.AttributesAsync(tenantId, PathOf(key), cancellationToken)).Metadata.GetValueOrDefault("description")
            : null;
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private string PathOf(string key) => $"{StoragePaths.KeyValues(@namespace)}/{key}.ion";

    // A typed duration becomes seconds with nine digits; an instant keeps milliseconds.
    private static object? Stored(object? value) => value switch
    {
        Duration duration => (decimal)duration.ToInt128Nanoseconds() / 1_000_000_000m + 0.000000000m,
        Instant instant => Instant.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds()),
        _ => value,
    };

    private static Instant? ExpirationOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("expirationDate") is { } text && InstantPattern.ExtendedIso.Parse(text) is { Success: true, Value: var date } ? date : null;

    private static void Check(string key)
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new InvalidKeyValueException("Key cannot be null or empty");
        }

        if (!KeyPattern().IsMatch(key))
        {
            throw new InvalidKeyValueException("Key must start with an alphanumeric character (uppercase or lowercase) and can contain alphanumeric characters (uppercase or lowercase), dots (.), underscores (_), and hyphens (-) only.");
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex KeyPattern();
}

/// <param name="Type">STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON; follows from the value.</param>
public sealed partial record KeyValue(string Type, object? Value)
{
    public static KeyValue Of(object? value) => value switch
    {
        null => new KeyValue("STRING", null),
        string text when DurationPattern().IsMatch(text) && IsoDuration.TryParse(text, out var duration) => new KeyValue("DURATION", duration),
        string => new KeyValue("STRING", value),
        bool => new KeyValue("BOOLEAN", value),
        LocalDate => new KeyValue("DATE", value),
        Instant or OffsetDateTime or ZonedDateTime or LocalDateTime => new KeyValue("DATETIME", value),
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => new KeyValue("JSON", value),
        _ => new KeyValue("NUMBER", value),
    };

    [GeneratedRegex(@"^P(?=[^T]|T.)(?:\d*D)?(?:T(?=.)(?:\d*H)?(?:\d*M)?(?:\d*S)?)?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DurationPattern();
}

public sealed record KeyValueEntry(string Key, string? Description, Instant CreationDate, Instant UpdateDate, Instant? ExpirationDate);

public sealed class KeyValueExpiredException() : Exception("The requested value has expired");

/// <summary>A key, a value or a time to live that the store does not take.</summary>
public sealed class InvalidKeyValueException(string message) : Exception(message);
