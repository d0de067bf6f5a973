using System.Globalization;
using System.Text;
using System.Text.Json;
using Kestra.Conformance.Beds;
using Kestra.Model.Durations;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Memory;
using Kestra.Storage.Objects;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Conformance.Objects;

/// <summary>Values of the key-value store against those that the original wrote and read back.</summary>
public sealed class KeyValueContractTests
{
    /// <summary>The recording says that so many of its first cases were put with a type; what follows are texts.</summary>
    private const int TypedCases = 9;

    private readonly ManualTime time = new();
    private readonly MemoryObjectStorage storage;
    private readonly KeyValueStore store;

    public KeyValueContractTests()
    {
        storage = new MemoryObjectStorage(time);
        store = new KeyValueStore(storage, "main", "company.team", time);
    }

    public static IEnumerable<TheoryDataRow<int, string, string, string, string>> Cases()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repo.Contract("examples/kv-cases.json")));
        return document.RootElement.GetProperty("cases").EnumerateArray().Select(static (item, index) => new TheoryDataRow<int, string, string, string, string>(
            index, Text(item, "put"), Text(item, "readBack"), Text(item, "file"), Text(item, "type"))).ToList();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Value_is_stored_and_read_as_recorded(int index, string put, string readBack, string file, string type)
    {
        await store.PutAsync("key", Value(index, put), null, null, overwrite: true, default);

        var value = await store.FindAsync("key", default);

        (await FileAsync("key.ion")).ShouldBe(file);
        value!.Type.ShouldBe(type);
        Shown(value.Value).ShouldBe(readBack);
    }

    [Fact]
    public async Task Entry_has_a_description_and_an_end()
    {
        await store.PutAsync("key", "x", "hello", Duration.FromMinutes(1), overwrite: true, default);

        var entry = (await store.ListAsync(withExpired: false, default)).ShouldHaveSingleItem();

        (entry.Key, entry.Description).ShouldBe(("key", "hello"));
        entry.ExpirationDate.ShouldBe(Instant.FromDateTimeOffset(time.Now) + Duration.FromMinutes(1));
        time.Now += TimeSpan.FromMinutes(2);
        await Should.ThrowAsync<KeyValueExpiredException>(() => store.FindAsync("key", default));
        (await store.ListAsync(withExpired: false, default)).ShouldBeEmpty();
        (await store.ListAsync(withExpired: true, default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Value_is_kept_when_it_must_not_be_overwritten()
    {
        await store.PutAsync("key", "first", null, null, overwrite: false, default);

        await Should.ThrowAsync<InvalidOperationException>(() => store.PutAsync("key", "second", null, null, overwrite: false, default));

        (await store.FindAsync("key", default))!.Value.ShouldBe("first");
        (await store.FindAsync("other", default)).ShouldBeNull();
        (await store.DeleteAsync("key", default)).ShouldBeTrue();
        (await store.ExistsAsync("key", default)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("../key")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a\n")]
    public async Task Key_that_is_no_name_is_refused(string key)
    {
        await Should.ThrowAsync<InvalidKeyValueException>(() => store.PutAsync(key, "x", null, null, overwrite: true, default));
        await Should.ThrowAsync<InvalidKeyValueException>(() => store.FindAsync(key, default));
        await Should.ThrowAsync<InvalidKeyValueException>(() => store.DeleteAsync(key, default));
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static object? Value(int index, string put) => index switch
    {
        1 => long.Parse(put, CultureInfo.InvariantCulture),
        2 => double.Parse(put, CultureInfo.InvariantCulture),
        3 => bool.Parse(put),
        4 => InstantPattern.ExtendedIso.Parse(put).Value,
        5 => LocalDatePattern.Iso.Parse(put).Value,
        6 => IsoDuration.TryParse(put, out var duration) ? duration : throw new FormatException(put),
        7 => new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1L },
        8 => new List<object?> { 1L },
        TypedCases => null,
        _ => put,
    };

    // As the recording shows values: the text form of the original's language.
    private static string Shown(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        Instant instant => InstantPattern.ExtendedIso.Format(instant),
        OffsetDateTime date => InstantPattern.ExtendedIso.Format(date.ToInstant()),
        LocalDate date => LocalDatePattern.Iso.Format(date),
        Duration duration => IsoDuration.Format(duration),
        IReadOnlyDictionary<string, object?> map => "{" + string.Join(", ", map.Select(static pair => $"{pair.Key}={Shown(pair.Value)}")) + "}",
        IReadOnlyList<object?> list => "[" + string.Join(", ", list.Select(Shown)) + "]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private async Task<string> FileAsync(string name)
    {
        await using var stored = await storage.OpenAsync("main", $"{StoragePaths.KeyValues("company.team")}/{name}", default);
        return await new StreamReader(stored.Content, Encoding.UTF8).ReadToEndAsync();
    }
}
