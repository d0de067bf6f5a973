namespace Kestra.Model.Flows.Reading;

/// <summary>Constants of enumerations by their exact names.</summary>
public static class Constants
{
    public static bool TryRead<T>(string text, out T constant)
        where T : struct, Enum
    {
        constant = default;
        return text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_') && Enum.TryParse(text, ignoreCase: false, out constant) && Enum.IsDefined(constant) && constant.ToString() == text;
    }
}
