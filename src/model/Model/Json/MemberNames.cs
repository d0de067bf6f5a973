using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Kestra.Model.Json;

/// <summary>
/// Names of members that were read lately. Objects of one list have the same names, and each would be a text of its own. Of two
/// names that meet in one place the later one stays, so the memory is bounded.
/// </summary>
internal static class MemberNames
{
    private const int Places = 1024;
    private const int LongestKept = 64;

    // Written and read without a lock: a place holds one whole text or another.
    private static readonly string?[] Known = new string?[Places];

    public static string Of(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        if (raw.Length > LongestKept || raw.Contains((byte)'\\') || !Ascii.IsValid(raw))
        {
            return property.Name;
        }

        ref var place = ref Known[PlaceOf(raw)];
        var known = place;
        if (known is null || !Ascii.Equals(raw, known))
        {
            place = known = property.Name;
        }

        return known;
    }

    private static int PlaceOf(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return (int)(hash % Places);
    }
}
