using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Engine.Variables;

/// <summary>
/// Variables in which every encrypted value (a map of <c>value</c> and <c>type</c>) is its clear text, decrypted when it is
/// looked at. What is stored stays encrypted.
/// </summary>
public static class DecryptedVariables
{
    private const string EncryptedType = "io.kestra.datatype:aes_encrypted";

    /// <param name="decrypt">Null when no key is configured: values stay as they are stored.</param>
    /// <param name="seen">Told about each clear text before it is used, so that logs can hide it.</param>
    public static IReadOnlyDictionary<string, object?> Of(IReadOnlyDictionary<string, object?> stored, Func<string, string>? decrypt, Action<string>? seen = null) =>
        decrypt is null ? stored : new View(stored, decrypt, seen);

    private static bool IsEncrypted(IReadOnlyDictionary<string, object?> map, [NotNullWhen(true)] out string? text)
    {
        text = map.Count == 2 && map.TryGetValue("type", out var type) && type is EncryptedType && map.TryGetValue("value", out var value) ? value as string : null;
        return text is not null;
    }

    private sealed class View(IReadOnlyDictionary<string, object?> stored, Func<string, string> decrypt, Action<string>? seen) : IReadOnlyDictionary<string, object?>
    {
        public object? this[string key] => Clear(stored[key]);

        public IEnumerable<string> Keys => stored.Keys;

        public IEnumerable<object?> Values => stored.Values.Select(Clear);

        public int Count => stored.Count;

        public bool ContainsKey(string key) => stored.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
        {
            var found = stored.TryGetValue(key, out var raw);
            value = found ? Clear(raw) : null;
            return found;
        }

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => stored.Select(pair => KeyValuePair.Create(pair.Key, Clear(pair.Value))).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private object? Clear(object? value) => value switch
        {
            IReadOnlyDictionary<string, object?> map => IsEncrypted(map, out var text) ? Decrypt(text) : new View(map, decrypt, seen),
            IReadOnlyList<object?> list when list.Any(static item => item is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>) => list.Select(Clear).ToList(),
            _ => value,
        };

        private string Decrypt(string text)
        {
            var clear = decrypt(text);
            seen?.Invoke(clear);
            return clear;
        }
    }
}
