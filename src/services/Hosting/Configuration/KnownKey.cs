namespace Kestra.Hosting.Configuration;

/// <summary>A documented configuration key.</summary>
/// <param name="Pattern">The key; a part in angle brackets stands for a name that the user chooses.</param>
/// <param name="Type">Type as documented: string, int, duration, list&lt;string&gt; …</param>
/// <param name="Default">The default as documented; empty when there is none.</param>
/// <param name="Since">The version that introduced it, when established.</param>
/// <param name="Section">The subject that it belongs to.</param>
public sealed record KnownKey(string Pattern, string Type, string Default, string Since, string Section)
{
    private readonly string[] parts = Pattern.Split('.');

    /// <summary>The part of the key that the user does not choose.</summary>
    public bool HasFreePart => Pattern.Contains('<', StringComparison.Ordinal);

    public bool IsMap => Type.StartsWith("map", StringComparison.Ordinal);

    public bool IsList => Type.StartsWith("list", StringComparison.Ordinal);

    /// <summary>Whether a canonical key is this one, or lies inside it when it is a map.</summary>
    public bool Matches(string key)
    {
        var given = key.Split('.');
        if (given.Length < parts.Length || (given.Length > parts.Length && !IsMap && !parts[^1].StartsWith('<')))
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!parts[i].StartsWith('<') && !string.Equals(parts[i], given[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
