using System.Globalization;
using System.Text;

namespace Kestra.Jq.Functions;

/// <summary>
/// Writes a regular expression of Oniguruma's Perl syntax as .NET has it: groups are counted in the order they are opened whether
/// they have names or not, quantifiers may be possessive or stand on each other, and classes know POSIX names.
/// </summary>
internal sealed class RegexTranslator
{
    private const string HighSurrogates = @"[\uD800-\uDBFF]";
    private const string LowSurrogates = @"[\uDC00-\uDFFF]";

    private readonly string _pattern;
    private readonly bool _isAstral;
    private readonly bool _isExtended;
    private readonly StringBuilder _text = new();
    private readonly List<string?> _groups = [];
    private readonly Stack<int> _open = new();
    private readonly List<(int At, string Reference)> _references = [];
    private int _position;
    private int _atom = -1;

    private RegexTranslator(string pattern, bool isAstral, bool isExtended)
    {
        _pattern = pattern;
        _isAstral = isAstral;
        _isExtended = isExtended;
    }

    /// <exception cref="FormatException">The pattern is not a regular expression, or uses what .NET cannot express.</exception>
    public static (string Pattern, IReadOnlyList<string?> Groups) Translate(string pattern, bool isAstral, bool isExtended)
    {
        var translator = new RegexTranslator(pattern, isAstral, isExtended);
        while (translator._position < pattern.Length)
        {
            translator.Step();
        }

        if (translator._open.Count > 0)
        {
            throw new FormatException("end pattern with unmatched parenthesis");
        }

        translator.InsertReferences();
        return (translator._text.ToString(), translator._groups);
    }

    /// <summary>The name that a group has in the translation.</summary>
    public static string GroupName(int number) => "g" + number.ToString(CultureInfo.InvariantCulture);

    private char Peek(int ahead = 0) => _position + ahead < _pattern.Length ? _pattern[_position + ahead] : '\0';

    private void Step()
    {
        var character = _pattern[_position];
        switch (character)
        {
            case '(':
                OpenGroup();
                break;
            case ')':
                CloseGroup();
                break;
            case '[':
                Atom(ReadClass());
                break;
            case '\\':
                ReadEscape();
                break;
            case '*' or '+' or '?':
                _position++;
                Quantify(character.ToString());
                break;
            case '{' when ReadInterval() is { } interval:
                Quantify(interval);
                break;
            case '{' or '}':
                _position++;
                Atom("\\" + character);
                break;
            case '.':
                _position++;
                Atom(_isAstral ? $"(?:{HighSurrogates}{LowSurrogates}|.)" : ".");
                break;
            case '|' or '^' or '$':
                _position++;
                _text.Append(character);
                _atom = -1;
                break;
            case '#' when _isExtended:
                SkipComment();
                break;
            default:
                ReadLiteral();
                break;
        }
    }

    private void Atom(string translated)
    {
        _atom = _text.Length;
        _text.Append(translated);
    }

    private void ReadLiteral()
    {
        var character = _pattern[_position];
        if (char.IsSurrogatePair(_pattern, _position))
        {
            Atom($"(?:{Unit(character)}{Unit(_pattern[_position + 1])})");
            _position += 2;
            return;
        }

        _position++;
        if (_isExtended && character is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
        {
            _text.Append(character);
            return;
        }

        Atom(character.ToString());
    }

    private static string Unit(int unit) => "\\u" + unit.ToString("X4", CultureInfo.InvariantCulture);

    private void SkipComment()
    {
        while (_position < _pattern.Length && _pattern[_position] != '\n')
        {
            _position++;
        }
    }

    private void OpenGroup()
    {
        if (Peek(1) != '?')
        {
            _position++;
            OpenCapture(null);
            return;
        }

        if (Peek(2) == '#')
        {
            var end = _pattern.IndexOf(')', _position);
            _position = end < 0 ? throw new FormatException("end pattern in group") : end + 1;
            return;
        }

        if ((Peek(2) == '<' && Peek(3) is not ('=' or '!')) || Peek(2) == '\'')
        {
            var close = Peek(2) == '<' ? '>' : '\'';
            _position += 3;
            OpenCapture(ReadName(close));
            return;
        }

        OpenSpecial();
    }

    private void OpenCapture(string? name)
    {
        _open.Push(_text.Length);
        _groups.Add(name);
        _text.Append("(?<").Append(GroupName(_groups.Count)).Append('>');
        _atom = -1;
    }

    // Look-around, atomic groups and options are written alike on both sides.
    private void OpenSpecial()
    {
        foreach (var opening in (ReadOnlySpan<string>)["(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"])
        {
            if (string.CompareOrdinal(_pattern, _position, opening, 0, opening.Length) == 0)
            {
                Open(opening);
                return;
            }
        }

        var end = _position + 2;
        while (end < _pattern.Length && _pattern[end] is 'i' or 'm' or 's' or 'x' or '-')
        {
            end++;
        }

        if (end == _position + 2 || end >= _pattern.Length || _pattern[end] is not (':' or ')'))
        {
            throw new FormatException("undefined group option");
        }

        var options = _pattern[_position..(end + 1)];
        if (_pattern[end] == ':')
        {
            Open(options);
            return;
        }

        _text.Append(options);
        _position = end + 1;
        _atom = -1;
    }

    private void Open(string opening)
    {
        _open.Push(_text.Length);
        _text.Append(opening);
        _position += opening.Length;
        _atom = -1;
    }

    private void CloseGroup()
    {
        _position++;
        if (!_open.TryPop(out _atom))
        {
            throw new FormatException("unmatched close parenthesis");
        }

        _text.Append(')');
    }

    private string ReadName(char close)
    {
        var end = _pattern.IndexOf(close, _position);
        if (end <= _position || !IsName(_pattern.AsSpan(_position, end - _position)))
        {
            throw new FormatException("invalid group name <>");
        }

        var name = _pattern[_position..end];
        _position = end + 1;
        return name;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsLetterOrDigit(character) && character != '_')
            {
                return false;
            }
        }

        return true;
    }

    private string? ReadInterval()
    {
        var end = _pattern.IndexOf('}', _position);
        if (end < 0)
        {
            return null;
        }

        var bounds = _pattern[(_position + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.Any(bound => bound.Any(digit => !char.IsAsciiDigit(digit))) || bounds.All(bound => bound.Length == 0))
        {
            return null;
        }

        if (bounds.Any(bound => bound.Length > 6 || (bound.Length > 0 && int.Parse(bound, CultureInfo.InvariantCulture) > 100_000)))
        {
            throw new FormatException("too big number is specified for repeat");
        }

        _position = end + 1;
        var least = bounds[0].Length == 0 ? "0" : bounds[0];
        return bounds.Length == 1 ? $"{{{least}}}" : $"{{{least},{bounds[1]}}}";
    }

    private void Quantify(string quantifier)
    {
        if (_atom < 0)
        {
            throw new FormatException("target of repeat operator is not specified");
        }

        _text.Append(quantifier);
        if (Peek() == '?')
        {
            _position++;
            _text.Append('?');
        }
        else if (Peek() == '+' && quantifier[0] != '{')
        {
            _position++;
            Wrap("(?>");
            return;
        }

        // A quantifier on a quantified atom needs a group around it.
        if (Peek() is '*' or '+' or '?' || (Peek() == '{' && LooksLikeInterval()))
        {
            Wrap("(?:");
        }
    }

    private bool LooksLikeInterval()
    {
        var back = _position;
        var found = ReadInterval() is not null;
        _position = back;
        return found;
    }

    private void Wrap(string opening)
    {
        for (var i = 0; i < _references.Count; i++)
        {
            if (_references[i].At >= _atom)
            {
                _references[i] = (_references[i].At + opening.Length, _references[i].Reference);
            }
        }

        _text.Insert(_atom, opening).Append(')');
    }

    private void ReadEscape()
    {
        var next = Peek(1);
        _position += 2;
        switch (next)
        {
            case '\0' when _position > _pattern.Length:
                throw new FormatException("end pattern at escape");
            case >= '1' and <= '9':
                ReadBackReference(next);
                break;
            case 'k' when Peek() is '<' or '\'':
                var close = Peek() == '<' ? '>' : '\'';
                _position++;
                Refer(ReadName(close));
                break;
            case 'p' or 'P' when Peek() == '{':
                Atom($"[{ReadProperty(next == 'P')}]");
                break;
            case 'Q':
                ReadQuoted();
                break;
            case 'x' when Peek() == '{':
                var code = ReadCodePoint();
                Atom(code > 0xFFFF ? AstralLiteral(code) : Unit(code));
                break;
            case 'A' or 'Z' or 'z' or 'G' or 'b' or 'B':
                _text.Append('\\').Append(next);
                _atom = -1;
                break;
            case 'R':
                Atom(@"(?>\r\n|[\n-\r\u0085\u2028\u2029])");
                break;
            case 'D' or 'W' or 'S' when _isAstral:
                Atom($"(?:{HighSurrogates}{LowSurrogates}|\\{next})");
                break;
            default:
                Atom(SimpleEscape(next));
                break;
        }
    }

    // Letters without a meaning stand for themselves.
    private string SimpleEscape(char next)
    {
        switch (next)
        {
            case 'x':
                var digits = 0;
                while (digits < 2 && char.IsAsciiHexDigit(Peek(digits)))
                {
                    digits++;
                }

                var hex = _pattern.Substring(_position, digits);
                _position += digits;
                return Unit(digits == 0 ? 0 : int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            case '0':
                var octal = 0;
                for (var i = 0; i < 2 && Peek() is >= '0' and <= '7'; i++)
                {
                    octal = (octal * 8) + (_pattern[_position++] - '0');
                }

                return Unit(octal);
            case 'c' when char.IsAsciiLetter(Peek()):
                return Unit(_pattern[_position++] & 0x1F);
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'n' or 't' or 'r' or 'f' or 'a' or 'e' or 'v':
                return "\\" + next;
            default:
                return char.IsAsciiLetterOrDigit(next) || next > 127 ? next.ToString() : Unit(next);
        }
    }

    private void ReadBackReference(char first)
    {
        var number = first - '0';
        while (char.IsAsciiDigit(Peek()) && number < 1_000)
        {
            number = (number * 10) + (_pattern[_position++] - '0');
        }

        Refer(number.ToString(CultureInfo.InvariantCulture));
    }

    // The group may still be to come, so the reference is written when all are known.
    private void Refer(string reference)
    {
        _atom = _text.Length;
        _references.Add((_text.Length, reference));
        // A placeholder of one character keeps the place of the atom.
        _text.Append('?');
    }

    private void InsertReferences()
    {
        foreach (var (at, reference) in _references.OrderByDescending(reference => reference.At))
        {
            var number = char.IsAsciiDigit(reference[0]) ? int.Parse(reference, CultureInfo.InvariantCulture) : _groups.LastIndexOf(reference) + 1;
            if (number < 1 || number > _groups.Count)
            {
                throw new FormatException("invalid backref number/name");
            }

            _text.Remove(at, 1).Insert(at, $"\\k<{GroupName(number)}>");
        }
    }

    private void ReadQuoted()
    {
        var end = _pattern.IndexOf("\\E", _position, StringComparison.Ordinal);
        var quoted = end < 0 ? _pattern[_position..] : _pattern[_position..end];
        foreach (var rune in quoted.EnumerateRunes())
        {
            Atom(rune.Value > 0xFFFF ? AstralLiteral(rune.Value) : Unit(rune.Value));
        }

        _position = end < 0 ? _pattern.Length : end + 2;
    }

    private int ReadCodePoint()
    {
        var end = _pattern.IndexOf('}', _position);
        if (end < 0 || !int.TryParse(_pattern.AsSpan(_position + 1, end - _position - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw new FormatException("invalid code point value");
        }

        _position = end + 1;
        return code;
    }

    private static string AstralLiteral(int code)
    {
        var units = new Rune(code).ToString();
        return $"(?:{Unit(units[0])}{Unit(units[1])})";
    }

    private string ReadProperty(bool isNegated)
    {
        var end = _pattern.IndexOf('}', _position);
        if (end < 0)
        {
            throw new FormatException("invalid character property name {}");
        }

        var name = _pattern[(_position + 1)..end];
        _position = end + 1;
        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }

        return CharacterClasses.Property(name, isNegated);
    }

    private string ReadClass()
    {
        _position++;
        var isNegated = Peek() == '^';
        if (isNegated)
        {
            _position++;
        }

        var units = new StringBuilder();
        var astral = new List<string>();
        var isFirst = true;
        while (true)
        {
            if (_position >= _pattern.Length)
            {
                throw new FormatException("premature end of char-class");
            }

            if (Peek() == ']' && !isFirst)
            {
                _position++;
                break;
            }

            isFirst = false;
            ReadClassItem(units, astral);
        }

        return Class(units.ToString(), astral, isNegated);
    }

    private void ReadClassItem(StringBuilder units, List<string> astral)
    {
        if (Peek() == '[' && Peek(1) == ':' && _pattern.IndexOf(":]", _position, StringComparison.Ordinal) is > 0 and var end)
        {
            var name = _pattern[(_position + 2)..end];
            _position = end + 2;
            units.Append(name.StartsWith('^') ? CharacterClasses.Property(name[1..], true) : CharacterClasses.Property(name, false));
            return;
        }

        if (ReadClassSet() is { } set)
        {
            units.Append(set);
            return;
        }

        var from = ReadClassCharacter();
        var to = from;
        if (Peek() == '-' && Peek(1) is not (']' or '\0'))
        {
            var back = _position++;
            if (ReadClassSet() is not null)
            {
                _position = back;
            }
            else
            {
                to = ReadClassCharacter();
            }
        }

        if (to < from)
        {
            throw new FormatException("empty range in char class");
        }

        CharacterClasses.AppendRange(units, astral, from, to);
    }

    private string? ReadClassSet()
    {
        if (Peek() != '\\')
        {
            return null;
        }

        switch (Peek(1))
        {
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S':
                var set = _pattern.Substring(_position, 2);
                _position += 2;
                return set;
            case 'p' or 'P' when Peek(2) == '{':
                var isNegated = Peek(1) == 'P';
                _position += 2;
                return ReadProperty(isNegated);
            default:
                return null;
        }
    }

    private int ReadClassCharacter()
    {
        if (Peek() != '\\')
        {
            if (_position >= _pattern.Length)
            {
                throw new FormatException("premature end of char-class");
            }

            var code = char.IsSurrogatePair(_pattern, _position) ? char.ConvertToUtf32(_pattern, _position) : _pattern[_position];
            _position += code > 0xFFFF ? 2 : 1;
            return code;
        }

        var next = Peek(1);
        _position += 2;
        if (next == 'x' && Peek() == '{')
        {
            return ReadCodePoint();
        }

        return next switch
        {
            'b' => '\b',
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'x' or '0' or 'c' => int.Parse(SimpleEscape(next).AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            _ => next,
        };
    }

    private string Class(string units, List<string> astral, bool isNegated)
    {
        if (!isNegated)
        {
            return astral.Count == 0 ? $"[{units}]" : $"(?:{string.Join('|', astral)}{(units.Length == 0 ? "" : $"|[{units}]")})";
        }

        var inner = units.Length == 0 ? @"[\s\S]" : $"[^{units}]";
        if (!_isAstral)
        {
            return inner;
        }

        var except = astral.Count == 0 ? "" : $"(?!{string.Join('|', astral)})";
        return $"(?:{except}{HighSurrogates}{LowSurrogates}|{inner})";
    }
}
