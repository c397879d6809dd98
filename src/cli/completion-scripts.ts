// What each shell needs to ask `eigen complete`. Nothing in here knows a command or an option, so an installed script stays true when the
// command learns more.

export const completionShells = ["bash", "zsh", "fish", "powershell"] as const;
export type CompletionShell = (typeof completionShells)[number];

export function completionScript(shell: CompletionShell): string {
  return scripts[shell];
}

export const installHelp = `
To install it:
  bash        add to ~/.bashrc:                 source <(eigen completion bash)
  zsh         add to ~/.zshrc, after compinit:  source <(eigen completion zsh)
  fish        eigen completion fish > ~/.config/fish/completions/eigen.fish
  PowerShell  add to $PROFILE:                  eigen completion powershell | Out-String | Invoke-Expression
`;

const scripts: Readonly<Record<CompletionShell, string>> = {
  bash: `# Completion of eigen for bash: source <(eigen completion bash)
_eigen_completion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" value rest
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("$value")
    fi
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}
complete -F _eigen_completion eigen
`,
  zsh: `#compdef eigen
# Completion of eigen for zsh: source <(eigen completion zsh), after compinit.
_eigen() {
  local -a values
  local value description wants_files=""
  while IFS=$'\\t' read -r value description; do
    if [[ $value == :files ]]; then
      wants_files=1
    else
      values+=("\${value//:/\\\\:}\${description:+:$description}")
    fi
  done < <("\${words[1]/#\\~/$HOME}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)
  local found=1
  (( \${#values} )) && _describe eigen values && found=0
  [[ -n $wants_files ]] && _files && found=0
  return $found
}
if [[ $funcstack[1] == _eigen ]]; then _eigen "$@"; else compdef _eigen eigen; fi
`,
  fish: `# Completion of eigen for fish: eigen completion fish > ~/.config/fish/completions/eigen.fish
function __eigen_completion
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (eigen complete -- $words[2..-1] "$current" 2>/dev/null </dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c eigen -f -a '(__eigen_completion)'
`,
  // An empty word would be lost on the way to a program: "=" stands for it. Where it offers nothing, PowerShell offers files by itself.
  powershell: `# Completion of eigen for PowerShell: eigen completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName eigen -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
  if ($wordToComplete -eq '') { $words += '=' }
  & eigen complete -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $value, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
  }
}
`,
};
