using System.Text.Json;
using Kestra.Ion;
using Kestra.Model.Durations;
using Kestra.Model.Json;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Namespaces;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Webserver.KeyValues;

/// <summary>The key-value stores of namespaces.</summary>
internal sealed class KeyValueEndpoints(IObjectStorage objects, NamespaceTree namespaces, TimeProvider time) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        var values = api.MapGroup("/{tenant}/namespaces/{namespace}/kv");
        values.Get("", ListAsync);
        values.Get("/inheritance", InheritedAsync);
        values.Get("/{key}", GetAsync);
        values.Put("/{key}", PutAsync);
        values.Delete("/{key}", DeleteAsync);
        values.Delete("", DeleteManyAsync);
        api.Get("/{tenant}/kv", ListAllAsync);
    }

    private async Task ListAsync(HttpContext http) => await Answers.ListAsync(http, await StoreOf(http).ListAsync(withExpired: false, http.RequestAborted), Write);

    private async Task InheritedAsync(HttpContext http)
    {
        var found = new List<(string Namespace, IReadOnlyList<KeyValueEntry> Entries)>();
        foreach (var parent in NamespaceTree.ParentsOf(http.Route("namespace")))
        {
            if (await StoreOf(http, parent).ListAsync(withExpired: false, http.RequestAborted) is { Count: > 0 } entries)
            {
                found.Add((parent, entries));
            }
        }

        await Answers.ListAsync(http, found, static (writer, item) =>
        {
            writer.WriteStartObject();
            writer.WriteString("namespace"u8, item.Namespace);
            writer.WriteStartArray("kvs"u8);
            foreach (var entry in item.Entries)
            {
                Write(writer, entry);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task ListAllAsync(HttpContext http)
    {
        var request = Queries.PageReader.Read(http, "listAllKeys", ["key", "namespace"]);
        var all = new List<(string Namespace, KeyValueEntry Entry)>();
        foreach (var name in await namespaces.AllAsync(http.Tenant(), http.RequestAborted))
        {
            all.AddRange((await StoreOf(http, name).ListAsync(withExpired: false, http.RequestAborted)).Select(entry => (name, entry)));
        }

        await Answers.PageAsync(http, all.Skip(request.Offset).Take(request.Size), all.Count, static (writer, item) => Write(writer, item.Entry, item.Namespace));
    }

    private async Task GetAsync(HttpContext http)
    {
        var (key, store) = (http.Route("key"), StoreOf(http));
        var value = await store.FindAsync(key, http.RequestAborted) ?? throw ApiException.NotFound($"No value found for key '{key}' in namespace '{http.Route("namespace")}'");
        var description = await store.DescriptionAsync(key, http.RequestAborted);
        if (description is not null && description.All(static character => character is >= ' ' and <= '~'))
        {
            http.Response.Headers["description"] = description;
        }

        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, value.Type);
            if (value.Value is { } content)
            {
                writer.WritePropertyName("value"u8);
                ModelJson.WriteValue(writer, content, JsonProfile.Api);
            }

            writer.WriteEndObject();
        });
    }

    private async Task PutAsync(HttpContext http)
    {
        http.RequireType("application/json", "text/plain");
        var text = await http.BodyTextAsync();
        if (string.IsNullOrWhiteSpace(text))
        {
            throw RequestValues.MissingBody("value");
        }

        var (description, ttl) = (http.Request.Headers["description"].ToString(), http.Request.Headers["ttl"].ToString());
        await StoreOf(http).PutAsync(http.Route("key"), Parse(text), description.Length > 0 ? description : null, TimeToLive(ttl), overwrite: true, http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private static object? Parse(string text)
    {
        try
        {
            return IonText.Read(text);
        }
        catch (IonException)
        {
            throw ApiException.IllegalArgument($"Invalid JSON value for: {text}");
        }
    }

    private static Duration? TimeToLive(string text) => text.Length == 0 ? null
        : IsoDuration.TryParse(text, out var duration) ? duration
        : throw ApiException.IllegalArgument("Text cannot be parsed to a Duration");

    private async Task DeleteAsync(HttpContext http)
    {
        var existed = await StoreOf(http).DeleteAsync(http.Route("key"), http.RequestAborted);
        await Answers.JsonAsync(http, writer => writer.WriteBooleanValue(existed));
    }

    private async Task DeleteManyAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("request");
        var keys = body.RootElement.Member("keys") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(static item => item.ToString()).ToList() : throw ApiException.InvalidEntity("keys", "must not be null");
        var store = StoreOf(http);
        var deleted = new List<string>();
        foreach (var key in keys)
        {
            if (await store.DeleteAsync(key, http.RequestAborted))
            {
                deleted.Add(key);
            }
        }

        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys"u8);
            foreach (var key in deleted)
            {
                writer.WriteStringValue(key);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private KeyValueStore StoreOf(HttpContext http, string? @namespace = null) => new(objects, http.Tenant(), NamespaceTree.Check(@namespace ?? http.Route("namespace")), time);

    private static void Write(Utf8JsonWriter writer, KeyValueEntry entry) => Write(writer, entry, null);

    private static void Write(Utf8JsonWriter writer, KeyValueEntry entry, string? @namespace)
    {
        writer.WriteStartObject();
        if (@namespace is not null)
        {
            writer.WriteString("namespace"u8, @namespace);
        }

        writer.WriteString("key"u8, entry.Key);
        if (entry.Description is not null)
        {
            writer.WriteString("description"u8, entry.Description);
        }

        WriteDate(writer, "creationDate", entry.CreationDate);
        WriteDate(writer, "updateDate", entry.UpdateDate);
        WriteDate(writer, "expirationDate", entry.ExpirationDate);
        writer.WriteEndObject();
    }

    private static void WriteDate(Utf8JsonWriter writer, string name, Instant? date)
    {
        if (date is { } value)
        {
            writer.WriteString(name, InstantPattern.ExtendedIso.Format(value));
        }
    }
}
